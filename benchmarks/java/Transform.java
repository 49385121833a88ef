// Runs one compiled stylesheet on one document as often as it is told, and prints the CPU
// nanoseconds that the transforming thread spent on each run: the start of the JVM, the
// compilations and the collector's threads are not in them.
import java.io.File;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import net.sf.saxon.s9api.Processor;
import net.sf.saxon.s9api.Serializer;
import net.sf.saxon.s9api.Xslt30Transformer;
import net.sf.saxon.s9api.XsltExecutable;
import javax.xml.transform.stream.StreamSource;

public class Transform {
    public static void main(String[] arguments) throws Exception {
        Processor processor = new Processor(false);
        XsltExecutable sheet =
            processor.newXsltCompiler().compile(new StreamSource(new File(arguments[0])));
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        int warming = Integer.parseInt(arguments[2]);
        int measured = Integer.parseInt(arguments[3]);
        for (int run = 0; run < warming + measured; run++) {
            long begun = clock.getCurrentThreadCpuTime();
            Xslt30Transformer transformer = sheet.load30();
            StringWriter told = new StringWriter();
            Serializer out = processor.newSerializer(told);
            transformer.transform(new StreamSource(new File(arguments[1])), out);
            if (run >= warming) {
                System.out.println(clock.getCurrentThreadCpuTime() - begun);
            }
        }
    }
}

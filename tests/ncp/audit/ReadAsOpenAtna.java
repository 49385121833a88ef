import java.io.File;
import java.io.FileInputStream;
import java.util.Arrays;
import org.openhealthtools.openatna.anom.AtnaException;
import org.openhealthtools.openatna.anom.AtnaMessage;
import org.openhealthtools.openatna.anom.JaxbIOFactory;
import org.openhealthtools.openatna.audit.process.ProcessContext;
import org.openhealthtools.openatna.audit.process.ValidationProcessor;

/**
 * Says of the audit message in each file of a folder what OpenATNA, the repository that comes
 * with OpenNCP, reads in it, after its own validation.
 *
 * <p>A line is a mark, the name of the file, and the event's code, outcome, and numbers of
 * participants and objects; or why it is refused.
 */
class ReadAsOpenAtna {
    private static class Judge extends ValidationProcessor {
        private void ask(AtnaMessage message) throws AtnaException {
            validate(new ProcessContext(message));
        }
    }

    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".xml"));
        Arrays.sort(files);
        for (File file : files) {
            String told = told(file).replaceAll("\\s+", " ");
            System.out.println(String.join("\t", "SAID", file.getName(), told));
        }
    }

    private static String told(File file) throws Exception {
        try (FileInputStream in = new FileInputStream(file)) {
            AtnaMessage message = new JaxbIOFactory().read(in);
            new Judge().ask(message);
            return String.join(" ",
                message.getEventCode().getCode(),
                Integer.toString(message.getEventOutcome().value()),
                Integer.toString(message.getParticipants().size()),
                Integer.toString(message.getObjects().size()));
        } catch (AtnaException refused) {
            return "refused: " + refused.getMessage();
        }
    }
}

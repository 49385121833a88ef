import jakarta.activation.DataHandler;
import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBElement;
import jakarta.xml.bind.JAXBException;
import jakarta.xml.bind.Unmarshaller;
import jakarta.xml.bind.attachment.AttachmentUnmarshaller;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.File;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.openehealth.ipf.commons.ihe.hl7v3.XCPD;
import org.openehealth.ipf.commons.ihe.xds.XCA;
import org.openehealth.ipf.commons.ihe.xds.XDS;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLAdhocQueryRequest30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLFactory30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLProvideAndRegisterDocumentSetRequest30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLQueryResponse30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLRegistryResponse30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.EbXMLRetrieveDocumentSetResponse30;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.ProvideAndRegisterDocumentSetRequestType;
import org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.RetrieveDocumentSetResponseType;
import org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.query.AdhocQueryRequest;
import org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.query.AdhocQueryResponse;
import org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.rs.RegistryResponseType;
import org.openehealth.ipf.commons.ihe.xds.core.transform.requests.ProvideAndRegisterDocumentSetTransformer;
import org.openehealth.ipf.commons.ihe.xds.core.transform.requests.QueryRegistryTransformer;
import org.openehealth.ipf.commons.ihe.xds.core.transform.responses.QueryResponseTransformer;
import org.openehealth.ipf.commons.ihe.xds.core.transform.responses.ResponseTransformer;
import org.openehealth.ipf.commons.ihe.xds.core.transform.responses.RetrieveDocumentSetResponseTransformer;
import org.openehealth.ipf.commons.ihe.xds.core.validate.requests.AdhocQueryRequestValidator;
import org.openehealth.ipf.commons.ihe.xds.core.validate.requests.ProvideAndRegisterDocumentSetRequestValidator;
import org.openehealth.ipf.commons.ihe.xds.core.validate.responses.QueryResponseValidator;
import org.openehealth.ipf.commons.ihe.xds.core.validate.responses.RegistryResponseValidator;
import org.openehealth.ipf.commons.ihe.xds.core.validate.responses.RetrieveDocumentSetResponseValidator;
import org.openehealth.ipf.commons.xml.CombinedXmlValidator;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Says of the SOAP envelope in each file of a folder what IPF makes of its body: its judge of
 * the transaction is asked, then its reader. What travels beside an envelope is taken for
 * granted.
 *
 * <p>A line is a mark, the name of the file, one of {@code accepted}, {@code refused} and
 * {@code unknown}, and why it was refused or what it is.
 */
class JudgeAsIpf {
    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final EbXMLFactory30 FACTORY = new EbXMLFactory30();
    private static final JAXBContext FORMATS = formats();

    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[0]).listFiles();
        Arrays.sort(files);
        for (File file : files) {
            System.out.println("SAID\t" + file.getName() + "\t" + told(content(file)));
        }
    }

    private static String told(Element content) throws Exception {
        try {
            return judge(content) ? "accepted\t" : "unknown\t" + content.getLocalName();
        } catch (JAXBException error) {
            return "refused\t" + error;
        } catch (RuntimeException error) {
            return "refused\t" + String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
        }
    }

    private static boolean judge(Element content) throws Exception {
        switch (content.getLocalName()) {
            case "PRPA_IN201305UV02" -> new CombinedXmlValidator().validate(
                written(content), XCPD.Interactions.ITI_55.getRequestValidationProfile());
            case "PRPA_IN201306UV02" -> new CombinedXmlValidator().validate(
                written(content), XCPD.Interactions.ITI_55.getResponseValidationProfile());
            case "AdhocQueryRequest" -> query(read(content, AdhocQueryRequest.class));
            case "AdhocQueryResponse" -> list(read(content, AdhocQueryResponse.class));
            case "RetrieveDocumentSetResponse" ->
                documents(read(content, RetrieveDocumentSetResponseType.class));
            case "ProvideAndRegisterDocumentSetRequest" ->
                submission(read(content, ProvideAndRegisterDocumentSetRequestType.class));
            case "RegistryResponse" -> result(read(content, RegistryResponseType.class));
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void query(AdhocQueryRequest read) {
        var query = new EbXMLAdhocQueryRequest30(read);
        AdhocQueryRequestValidator.getInstance().validate(query, XCA.Interactions.ITI_38);
        new QueryRegistryTransformer().fromEbXML(query);
    }

    private static void list(AdhocQueryResponse read) {
        var list = new EbXMLQueryResponse30(read);
        QueryResponseValidator.getInstance().validate(list, XCA.Interactions.ITI_38);
        new QueryResponseTransformer(FACTORY).fromEbXML(list);
    }

    private static void documents(RetrieveDocumentSetResponseType read) {
        var documents = new EbXMLRetrieveDocumentSetResponse30(read);
        RetrieveDocumentSetResponseValidator.getInstance()
            .validate(documents, XCA.Interactions.ITI_39);
        new RetrieveDocumentSetResponseTransformer(FACTORY).fromEbXML(documents);
    }

    private static void submission(ProvideAndRegisterDocumentSetRequestType read) {
        var submission = new EbXMLProvideAndRegisterDocumentSetRequest30(read);
        // That of XDR wants limited metadata declared, which eHDSI does not know.
        ProvideAndRegisterDocumentSetRequestValidator.getInstance()
            .validate(submission, XDS.Interactions.ITI_41);
        new ProvideAndRegisterDocumentSetTransformer(FACTORY).fromEbXML(submission);
    }

    private static void result(RegistryResponseType read) {
        var result = new EbXMLRegistryResponse30(read);
        RegistryResponseValidator.getInstance().validate(result, XDS.Interactions.ITI_41);
        new ResponseTransformer(FACTORY).fromEbXML(result);
    }

    private static JAXBContext formats() {
        try {
            return JAXBContext.newInstance(
                org.openehealth.ipf.commons.ihe.xds.core.ebxml.ebxml30.ObjectFactory.class,
                org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.lcm.ObjectFactory.class,
                org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.query.ObjectFactory.class,
                org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.rim.ObjectFactory.class,
                org.openehealth.ipf.commons.ihe.xds.core.stub.ebrs30.rs.ObjectFactory.class);
        } catch (JAXBException error) {
            throw new IllegalStateException(error);
        }
    }

    private static <T> T read(Element content, Class<T> type) throws JAXBException {
        Unmarshaller reader = FORMATS.createUnmarshaller();
        reader.setAttachmentUnmarshaller(new Beside());
        Object read = reader.unmarshal(content);
        return type.cast(read instanceof JAXBElement<?> named ? named.getValue() : read);
    }

    /** Stands for whatever travels beside the envelope. */
    private static class Beside extends AttachmentUnmarshaller {
        private static final byte[] SOMETHING = "<a/>".getBytes(StandardCharsets.UTF_8);

        @Override
        public boolean isXOPPackage() {
            return true;
        }

        @Override
        public byte[] getAttachmentAsByteArray(String contentId) {
            return SOMETHING;
        }

        @Override
        public DataHandler getAttachmentAsDataHandler(String contentId) {
            return new DataHandler(new ByteArrayDataSource(SOMETHING, "text/xml"));
        }
    }

    private static Element content(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document read = factory.newDocumentBuilder().parse(file);
        Node node = read.getElementsByTagNameNS(SOAP, "Body").item(0).getFirstChild();
        while (!(node instanceof Element)) {
            node = node.getNextSibling();
        }
        return (Element) node;
    }

    private static String written(Element content) throws Exception {
        StringWriter written = new StringWriter();
        TransformerFactory.newInstance().newTransformer()
            .transform(new DOMSource(content), new StreamResult(written));
        return written.toString();
    }
}

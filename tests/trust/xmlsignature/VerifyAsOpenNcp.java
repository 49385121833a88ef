import java.io.File;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.xml.security.signature.XMLSignature;
import org.opensaml.core.config.InitializationService;
import org.opensaml.core.xml.config.XMLObjectProviderRegistrySupport;
import org.opensaml.saml.saml2.core.Assertion;
import org.opensaml.saml.security.impl.SAMLSignatureProfileValidator;
import org.opensaml.security.credential.Credential;
import org.opensaml.security.x509.BasicX509Credential;
import org.opensaml.xmlsec.keyinfo.KeyInfoSupport;
import org.opensaml.xmlsec.signature.support.SignatureException;
import org.opensaml.xmlsec.signature.support.SignatureValidator;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * Says of every assertion of each file in a folder what two libraries make of it: OpenSAML,
 * as it is called in OpenNCP, and Apache Santuario by itself. Each assertion is judged where
 * it stands and, by OpenSAML, once more cut out of its message.
 *
 * <p>A line is a mark, the name of the file, the id of the assertion, the two verdicts of
 * OpenSAML, that of Santuario, and the subject and the number of attributes that OpenSAML read.
 */
class VerifyAsOpenNcp {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";

    public static void main(String[] arguments) throws Exception {
        InitializationService.initialize();
        File[] files = new File(arguments[0]).listFiles();
        Arrays.sort(files);
        for (File file : files) {
            for (Element each : assertions(parse(new InputSource(file.toURI().toString())))) {
                tell(file.getName(), each);
            }
        }
    }

    private static void tell(String file, Element element) throws Exception {
        Element alone = parse(new InputSource(new StringReader(written(element))));
        boolean bySantuario = santuario(element);
        Assertion assertion = read(element);
        System.out.println(String.join("\t", "SAID",
            file,
            assertion.getID(),
            Boolean.toString(openSaml(assertion)),
            Boolean.toString(openSaml(read(alone))),
            Boolean.toString(bySantuario),
            assertion.getSubject().getNameID().getValue(),
            Long.toString(assertion.getAttributeStatements().stream()
                .mapToLong(each -> each.getAttributes().size()).sum())));
    }

    private static Assertion read(Element element) throws Exception {
        return (Assertion) XMLObjectProviderRegistrySupport.getUnmarshallerFactory()
            .getUnmarshaller(element).unmarshall(element);
    }

    private static boolean openSaml(Assertion assertion) throws Exception {
        try {
            new SAMLSignatureProfileValidator().validate(assertion.getSignature());
            Credential signer = new BasicX509Credential(KeyInfoSupport.getCertificates(
                assertion.getSignature().getKeyInfo()).get(0));
            SignatureValidator.validate(assertion.getSignature(), signer);
            return true;
        } catch (SignatureException refused) {
            return false;
        }
    }

    private static boolean santuario(Element assertion) throws Exception {
        assertion.setIdAttribute("ID", true);
        Element signature = (Element) assertion.getElementsByTagNameNS(DS, "Signature").item(0);
        XMLSignature read = new XMLSignature(signature, "", true);
        return read.checkSignatureValue(read.getKeyInfo().getX509Certificate());
    }

    private static List<Element> assertions(Element root) {
        if (SAML.equals(root.getNamespaceURI()) && "Assertion".equals(root.getLocalName())) {
            return List.of(root);
        }
        NodeList found = root.getElementsByTagNameNS(SAML, "Assertion");
        return IntStream.range(0, found.getLength())
            .mapToObj(each -> (Element) found.item(each)).collect(Collectors.toList());
    }

    private static Element parse(InputSource source) throws Exception {
        DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
        documents.setNamespaceAware(true);
        DocumentBuilder builder = documents.newDocumentBuilder();
        return builder.parse(source).getDocumentElement();
    }

    private static String written(Element element) throws Exception {
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter out = new StringWriter();
        transformer.transform(new DOMSource(element), new StreamResult(out));
        return out.toString();
    }
}

import java.io.ByteArrayInputStream;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Says of the first assertion of each file in a folder whether its signature holds. */
class VerifyAssertions {
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    private static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion";

    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[0]).listFiles();
        Arrays.sort(files);
        for (File file : files) {
            System.out.println(file.getName() + " " + verdict(file.toPath()));
        }
    }

    private static boolean verdict(Path path) throws Exception {
        DocumentBuilderFactory documents = DocumentBuilderFactory.newInstance();
        documents.setNamespaceAware(true);
        Element assertion = first(
            documents.newDocumentBuilder().parse(path.toFile()).getDocumentElement(), SAML, "Assertion");
        assertion.setIdAttribute("ID", true);
        Element signature = first(assertion, DS, "Signature");
        DOMValidateContext context = new DOMValidateContext(
            KeySelector.singletonKeySelector(certificate(signature).getPublicKey()), signature);
        context.setProperty("org.jcp.xml.dsig.secureValidation", true);
        return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context);
    }

    private static X509Certificate certificate(Element signature) throws Exception {
        String text = first(signature, DS, "X509Certificate").getTextContent();
        byte[] der = Base64.getMimeDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
        return (X509Certificate) CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(der));
    }

    private static Element first(Element parent, String namespace, String name) {
        if (namespace.equals(parent.getNamespaceURI()) && name.equals(parent.getLocalName())) {
            return parent;
        }
        NodeList found = parent.getElementsByTagNameNS(namespace, name);
        return (Element) found.item(0);
    }
}

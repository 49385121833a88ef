import eu.europa.ec.sante.openncp.common.audit.EventLog;
import eu.europa.ec.sante.openncp.common.configuration.util.Constants;
import eu.europa.ec.sante.openncp.common.security.SignatureManager;
import eu.europa.ec.sante.openncp.core.common.assertion.DefaultPolicyManagerImpl;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.AssertionValidator;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.HcpAssertionValidation;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.TrcAssertionValidation;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.PatientDemographics;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.PatientId;
import eu.europa.ec.sante.openncp.core.common.ihe.transformation.service.CDATransformationService;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xcpd.PRPAIN201305UV02;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.AdhocQueryRequest;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.RetrieveDocumentSetRequest;
import eu.europa.ec.sante.openncp.core.server.api.ihe.xca.DocumentSearchInterface;
import eu.europa.ec.sante.openncp.core.server.api.ihe.xcpd.PatientSearchInterface;
import eu.europa.ec.sante.openncp.core.server.ihe.NationalConnectorFactory;
import eu.europa.ec.sante.openncp.core.server.ihe.xca.XcaServiceServerSideImpl;
import eu.europa.ec.sante.openncp.core.server.ihe.xcpd.XcpdServiceServerSideImpl;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileWriter;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.Marshaller;
import javax.xml.soap.MessageFactory;
import javax.xml.soap.SOAPConstants;
import javax.xml.soap.SOAPHeader;
import javax.xml.soap.SOAPMessage;
import org.opensaml.core.config.InitializationService;
import org.opensaml.saml.saml2.core.Assertion;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Answers the SOAP envelope in each file of a folder as the server of OpenNCP does, by its own
 * classes, and writes the body of the answer beside it. Its nation knows everybody but those
 * whose identifier is {@code nobody}, and has no document. Signatures are taken for granted.
 *
 * <p>A line is a mark, the name of the file, and what the nation was asked.
 */
class AnswerAsOpenNcp {
    private static final String GENERATED =
        "eu.europa.ec.sante.openncp.core.server.api.ihe.generated.";
    private static String heard;

    /** Believes every signature. */
    private static class Trusting extends SignatureManager {
        private Trusting() {
            super(null);
        }

        @Override
        public void verifySAMLAssertion(Assertion assertion) {
            // Nothing to refuse.
        }
    }

    /** Everybody has given their consent. */
    private static class Policy extends DefaultPolicyManagerImpl {
        @Override
        public boolean isConsentGiven(String patient, String country) {
            return true;
        }
    }

    /** What would ask a country's own registers. */
    private static class Nation extends NationalConnectorFactory {
        private Nation() {
            super(null);
        }

        @Override
        public PatientSearchInterface createPatientSearchInstance() {
            return standIn(PatientSearchInterface.class, (self, method, asked) -> {
                if (!method.getName().equals("getPatientDemographics")) {
                    return null;
                }
                heard = String.valueOf(asked[0]);
                @SuppressWarnings("unchecked")
                List<PatientId> ids = (List<PatientId>) asked[0];
                return new ArrayList<>(
                    ids.get(0).getExtension().equals("nobody") ? List.of() : List.of(person(ids)));
            });
        }

        @Override
        public DocumentSearchInterface createDocumentSearchInstance() {
            return standIn(DocumentSearchInterface.class, (self, method, asked) -> {
                if (method.getName().startsWith("get")) {
                    heard = method.getName() + " " + asked[0];
                }
                return method.getReturnType() == List.class ? new ArrayList<>() : null;
            });
        }

        private static PatientDemographics person(List<PatientId> ids) throws Exception {
            PatientDemographics person = new PatientDemographics();
            person.setIdList(ids);
            person.setFamilyName("Silva");
            person.setGivenName("Ana");
            person.setBirthDate(new SimpleDateFormat("yyyyMMdd").parse("19700131"));
            person.setAdministrativeGender(PatientDemographics.Gender.FEMALE);
            person.setStreetAddress("Rua 1");
            person.setPostalCode("4000");
            person.setCity("Porto");
            person.setCountry("PT");
            return person;
        }
    }

    public static void main(String[] arguments) throws Exception {
        InitializationService.initialize();
        SignatureManager trusting = make(Trusting.class);
        Policy policy = new Policy();
        Nation nation = make(Nation.class);
        AssertionValidator judges = new AssertionValidator(List.of(
            new HcpAssertionValidation(trusting, policy),
            new TrcAssertionValidation(trusting, policy)));
        XcpdServiceServerSideImpl xcpd = new XcpdServiceServerSideImpl(nation, judges, policy);
        CDATransformationService none = standIn(CDATransformationService.class,
            (self, method, asked) -> {
                throw new IllegalStateException("nothing is translated here");
            });
        XcaServiceServerSideImpl xca =
            new XcaServiceServerSideImpl(judges, policy, none, nation);
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".soap"));
        Arrays.sort(files);
        for (File file : files) {
            heard = "nothing";
            answer(file, xcpd, xca);
            System.out.println(String.join("\t", "SAID", file.getName(), heard));
        }
    }

    private static void answer(
        File file, XcpdServiceServerSideImpl xcpd, XcaServiceServerSideImpl xca)
        throws Exception {
        SOAPMessage message = MessageFactory.newInstance(SOAPConstants.SOAP_1_2_PROTOCOL)
            .createMessage(null, new FileInputStream(file));
        SOAPHeader header = message.getSOAPHeader();
        Element content = first(message.getSOAPBody());
        EventLog log = new EventLog();
        log.setSC_UserID("CN=country-b, C=LU");
        switch (content.getLocalName()) {
            case "PRPA_IN201305UV02":
                PRPAIN201305UV02 asked = read(content, "xcpd", PRPAIN201305UV02.class);
                Constants.HOME_COMM_ID =
                    asked.getReceiver().get(0).getDevice().getId().get(0).getRoot();
                write(file, "xcpd", xcpd.queryPatient(asked, header, log));
                break;
            case "AdhocQueryRequest":
                AdhocQueryRequest query = read(content, "xds", AdhocQueryRequest.class);
                write(file, "xds", xca.queryDocument(query, header, log));
                break;
            default:
                RetrieveDocumentSetRequest wanted =
                    read(content, "xds", RetrieveDocumentSetRequest.class);
                write(file, "xds", xca.retrieveDocument(wanted, header, log));
        }
    }

    private static Element first(Node parent) {
        Node node = parent.getFirstChild();
        while (!(node instanceof Element)) {
            node = node.getNextSibling();
        }
        return (Element) node;
    }

    private static <T> T read(Element content, String of, Class<T> type) throws Exception {
        Object read = formats(of).createUnmarshaller().unmarshal(content);
        return type.cast(read instanceof JAXBElement ? ((JAXBElement<?>) read).getValue() : read);
    }

    private static void write(File asked, String of, Object answer) throws Exception {
        Marshaller writer = formats(of).createMarshaller();
        writer.setProperty(Marshaller.JAXB_FRAGMENT, true);
        try (FileWriter out = new FileWriter(asked.getPath() + ".answer")) {
            writer.marshal(answer, out);
        }
    }

    private static JAXBContext formats(String of) throws Exception {
        return JAXBContext.newInstance(Class.forName(GENERATED + of + ".ObjectFactory"));
    }

    private static <T> T standIn(Class<T> type, InvocationHandler answers) {
        ClassLoader loader = AnswerAsOpenNcp.class.getClassLoader();
        return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, answers));
    }

    private static <T> T make(Class<T> type) throws Exception {
        Field unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        // Made in the usual way it needs an application around it.
        return type.cast(((sun.misc.Unsafe) unsafe.get(null)).allocateInstance(type));
    }
}

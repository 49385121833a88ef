import eu.europa.ec.sante.openncp.common.ClassCode;
import eu.europa.ec.sante.openncp.common.security.AssertionDetails;
import eu.europa.ec.sante.openncp.common.security.AssertionType;
import eu.europa.ec.sante.openncp.common.security.SignatureManager;
import eu.europa.ec.sante.openncp.common.security.util.AssertionUtil;
import eu.europa.ec.sante.openncp.core.common.assertion.DefaultPolicyManagerImpl;
import eu.europa.ec.sante.openncp.core.common.assertion.PolicyAssertionManager;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.AssertionValidationResult;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.AssertionValidator;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.HcpAssertionValidation;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.NokAssertionValidation;
import eu.europa.ec.sante.openncp.core.common.assertion.validation.TrcAssertionValidation;
import java.io.File;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.opensaml.core.config.InitializationService;
import org.opensaml.saml.saml2.core.Assertion;
import org.w3c.dom.Element;

/**
 * Says of the SOAP envelope in each file of a folder what the server of OpenNCP makes of its
 * assertions: by its own judges of fields and of policy, and by its own rules of permission.
 * Signatures are taken for granted: trust stores are another matter.
 *
 * <p>A line is a mark, the name of the file, who is asked, and the answer.
 */
class BelieveAsOpenNcp {
    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final PolicyAssertionManager POLICY = new DefaultPolicyManagerImpl();

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

    /** A judge, which refuses by throwing. */
    private interface Judge {
        void ask(Assertion assertion) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        InitializationService.initialize();
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".soap"));
        Arrays.sort(files);
        for (File file : files) {
            tell(file.getName(), AssertionUtil.toAssertions(header(file)));
        }
    }

    private static void tell(String file, List<AssertionDetails> assertions) throws Exception {
        SignatureManager trusting = trusting();
        AssertionValidator judges = new AssertionValidator(List.of(
            new HcpAssertionValidation(trusting, POLICY),
            new TrcAssertionValidation(trusting, POLICY),
            new NokAssertionValidation(trusting)));
        for (AssertionValidationResult each : judges.validate(assertions)) {
            // Of a treatment, only what is told beside says whether it is that of the HCP.
            List<String> failed = each.getFailedValidationMessages();
            String type = each.getAssertionDetails().orElseThrow().getAssertionType().name();
            say(file, type, failed.isEmpty() ? each.getStatus().name() : failed.toString());
        }
        for (AssertionDetails each : assertions) {
            if (each.getAssertionType() == AssertionType.HCP) {
                askOfProfessional(file, each.getAssertion());
            }
            if (each.getAssertionType() == AssertionType.TRC) {
                ask(file, "purpose of treatment", POLICY::purposeOfUseValidatorForTRC,
                    each.getAssertion());
            }
        }
    }

    private static void askOfProfessional(String file, Assertion hcp) {
        ask(file, "subject", POLICY::xspaSubjectValidator, hcp);
        ask(file, "role", POLICY::xspaRoleValidator, hcp);
        ask(file, "on behalf", POLICY::onBehalfOfValidator, hcp);
        ask(file, "facility", POLICY::healthcareFacilityValidator, hcp);
        ask(file, "purpose", POLICY::purposeOfUseValidator, hcp);
        ask(file, "locality", POLICY::xspaLocalityValidator, hcp);
        ask(file, "may identify", POLICY::xcpdPermissionValidator, hcp);
        ask(file, "may dispense", POLICY::xdrPermissionValidatorSubmitDocument, hcp);
        for (ClassCode kind : List.of(ClassCode.PS_CLASSCODE, ClassCode.EP_CLASSCODE)) {
            ask(file, "may fetch " + kind.getCode(),
                assertion -> POLICY.xcaPermissionvalidator(assertion, kind), hcp);
        }
    }

    private static void ask(String file, String what, Judge judge, Assertion assertion) {
        try {
            judge.ask(assertion);
            say(file, what, "yes");
        } catch (Exception refused) {
            say(file, what, "no");
        }
    }

    private static void say(String file, String what, String told) {
        System.out.println(String.join("\t", "SAID", file, what, told.replaceAll("\\s+", " ")));
    }

    private static SignatureManager trusting() throws Exception {
        Field unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        // Made in the usual way it reads a configuration from a database.
        return (SignatureManager) ((sun.misc.Unsafe) unsafe.get(null))
            .allocateInstance(Trusting.class);
    }

    private static Element header(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return (Element) factory.newDocumentBuilder().parse(file)
            .getElementsByTagNameNS(SOAP, "Header").item(0);
    }
}

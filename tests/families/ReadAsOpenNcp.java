import eu.europa.ec.sante.openncp.core.client.ihe.datamodel.AdhocQueryResponseConverter;
import eu.europa.ec.sante.openncp.core.client.ihe.xca.XcaGateway;
import eu.europa.ec.sante.openncp.core.client.ihe.xcpd.XcpdResponseExtractor;
import eu.europa.ec.sante.openncp.core.client.ihe.xdr.XdrDocumentSource;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.PatientDemographics;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.xds.QueryResponse;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.xds.XDSDocument;
import eu.europa.ec.sante.openncp.core.common.ihe.datamodel.xds.XDSDocumentAssociation;
import eu.europa.ec.sante.openncp.core.common.ihe.exception.OpenNCPException;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xcpd.PRPAIN201306UV02;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.AdhocQueryResponse;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.RegistryErrorList;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.RegistryResponseType;
import eu.europa.ec.sante.openncp.core.server.api.ihe.generated.xds.RetrieveDocumentSetResponse;
import java.io.File;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.text.SimpleDateFormat;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.activation.DataHandler;
import javax.xml.bind.JAXBContext;
import javax.xml.bind.JAXBElement;
import javax.xml.bind.JAXBException;
import javax.xml.bind.Unmarshaller;
import javax.xml.bind.attachment.AttachmentUnmarshaller;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Says of the SOAP envelope in each file of a folder what the client of OpenNCP reads: by its
 * own classes, in the order in which it asks them. What travels beside an envelope is taken for
 * granted.
 *
 * <p>A line is a mark, the name of the file, and what was read.
 */
class ReadAsOpenNcp {
    private static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    private static final String GENERATED =
        "eu.europa.ec.sante.openncp.core.server.api.ihe.generated.";
    private static final JAXBContext XCPD = formats("xcpd");
    private static final JAXBContext XDS = formats("xds");

    public static void main(String[] arguments) throws Exception {
        File[] files = new File(arguments[0]).listFiles((folder, name) -> name.endsWith(".soap"));
        Arrays.sort(files);
        for (File file : files) {
            String told = told(content(file)).replaceAll("\\s+", " ").strip();
            System.out.println("SAID\t" + file.getName() + "\t" + told);
        }
    }

    private static String told(Element content) {
        try {
            return read(content);
        } catch (OpenNCPException refused) {
            return "refused: " + refused.getErrorCode() + ": " + refused.getMessage();
        } catch (Throwable error) {
            return "fell over: " + error;
        }
    }

    private static String read(Element content) throws Throwable {
        switch (content.getLocalName()) {
            case "PRPA_IN201306UV02":
                return XcpdResponseExtractor.extract(read(content, XCPD, PRPAIN201306UV02.class))
                    .stream().map(ReadAsOpenNcp::patient).collect(Collectors.joining("; "));
            case "AdhocQueryResponse":
                return list(read(content, XDS, AdhocQueryResponse.class));
            case "RetrieveDocumentSetResponse":
                return documents(read(content, XDS, RetrieveDocumentSetResponse.class));
            case "RegistryResponse":
                return result(read(content, XDS, RegistryResponseType.class));
            default:
                return content.getLocalName();
        }
    }

    private static String patient(PatientDemographics patient) {
        String born = patient.getBirthDate() == null
            ? null : new SimpleDateFormat("yyyy-MM-dd").format(patient.getBirthDate());
        return "patient: " + joined(
            patient.getHomeCommunityId(), patient.getId(), patient.getFamilyName(),
            patient.getGivenName(), born, patient.getAdministrativeGender(),
            patient.getStreetAddress(), patient.getPostalCode(), patient.getCity(),
            patient.getCountry());
    }

    private static String list(AdhocQueryResponse list) throws Throwable {
        refuseErrors(XcaGateway.class, null, list.getRegistryErrorList());
        QueryResponse read = AdhocQueryResponseConverter.convertAdhocQueryResponse(list);
        Stream<String> listed = read.getDocumentAssociations().stream().map(ReadAsOpenNcp::pair);
        Stream<String> failures = read.getFailureMessages() == null
            ? Stream.empty() : read.getFailureMessages().stream();
        return "list: " + Stream.concat(listed, failures).collect(Collectors.joining("; "));
    }

    private static String pair(XDSDocumentAssociation pair) {
        return Stream.of(pair.getCdaXML(), pair.getCdaPDF()).filter(Objects::nonNull)
            .map(ReadAsOpenNcp::entry).collect(Collectors.joining(" beside "));
    }

    private static String entry(XDSDocument entry) {
        return (entry.isPDF() ? "PDF " : "CDA ") + joined(
            entry.getDocumentUniqueId(), entry.getRepositoryUniqueId(), entry.getHcid(),
            entry.getClassCode().getValue(), entry.getFormatCode().getValue(),
            entry.getMimeType(), entry.getName(), entry.getDescription(),
            entry.getCreationTime(), entry.getEventTime(), entry.getHealthcareFacility(),
            entry.getAtcCode(), entry.getDoseFormCode(), entry.getStrength(),
            entry.getSubstitution(), entry.isDispensable() ? "dispensable" : null,
            entry.getAuthors().stream().map(each -> each.getAuthorPerson())
                .collect(Collectors.joining(", ")));
    }

    private static String documents(RetrieveDocumentSetResponse answer) throws Throwable {
        if (answer.getRegistryResponse() != null) {
            RegistryErrorList errors = answer.getRegistryResponse().getRegistryErrorList();
            refuseErrors(XcaGateway.class, null, errors);
        }
        return "documents: " + answer.getDocumentResponses().stream().map(each -> joined(
            each.getDocumentUniqueId(), each.getRepositoryUniqueId(), each.getHomeCommunityId(),
            each.getMimeType(), each.getDocument() == null ? null : "bytes"
        )).collect(Collectors.joining("; "));
    }

    private static String result(RegistryResponseType result) throws Throwable {
        Field unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        // It looks at errors by itself, but is made only with all that a client has.
        Object source = ((sun.misc.Unsafe) unsafe.get(null))
            .allocateInstance(XdrDocumentSource.class);
        refuseErrors(XdrDocumentSource.class, source, result.getRegistryErrorList());
        return "taken";
    }

    private static void refuseErrors(Class<?> reader, Object self, RegistryErrorList errors)
        throws Throwable {
        Method looks = reader.getDeclaredMethod("processRegistryErrors", RegistryErrorList.class);
        looks.setAccessible(true);
        try {
            looks.invoke(self, errors);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    private static String joined(Object... values) {
        return Arrays.stream(values)
            .map(each -> each == null ? "-" : each.toString())
            .collect(Collectors.joining(" | "));
    }

    private static <T> T read(Element content, JAXBContext formats, Class<T> type)
        throws JAXBException {
        Unmarshaller reader = formats.createUnmarshaller();
        reader.setAttachmentUnmarshaller(new Beside());
        Object read = reader.unmarshal(content);
        return type.cast(read instanceof JAXBElement ? ((JAXBElement<?>) read).getValue() : read);
    }

    private static JAXBContext formats(String of) {
        try {
            return JAXBContext.newInstance(Class.forName(GENERATED + of + ".ObjectFactory"));
        } catch (JAXBException | ClassNotFoundException error) {
            throw new IllegalStateException(error);
        }
    }

    /** Stands for whatever travels beside the envelope. */
    private static class Beside extends AttachmentUnmarshaller {
        @Override
        public boolean isXOPPackage() {
            return true;
        }

        @Override
        public byte[] getAttachmentAsByteArray(String contentId) {
            return new byte[] {1};
        }

        @Override
        public DataHandler getAttachmentAsDataHandler(String contentId) {
            return new DataHandler("<a/>", "text/xml");
        }
    }

    private static Element content(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Node node = factory.newDocumentBuilder().parse(file)
            .getElementsByTagNameNS(SOAP, "Body").item(0).getFirstChild();
        while (!(node instanceof Element)) {
            node = node.getNextSibling();
        }
        return (Element) node;
    }
}

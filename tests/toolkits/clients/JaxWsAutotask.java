import autotask.ATWS;
import autotask.ATWSResponse;
import autotask.ATWSSoap;
import autotask.ArrayOfEntity;
import autotask.AutotaskIntegrations;
import autotask.Ticket;
import java.io.PrintStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.soap.SOAPFaultException;

/** JAX-WS and Autotask; the package autotask is generated from the description (see jaxws_build.sh). */
class JaxWsAutotask {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] words) throws Exception {
        ATWSSoap service = new ATWS(new URL(System.getenv("AUTOTASK_WSDL"))).getATWSSoap();
        Map<String, Object> context = ((BindingProvider) service).getRequestContext();
        context.put(BindingProvider.USERNAME_PROPERTY, System.getenv("AUTOTASK_USER"));
        context.put(BindingProvider.PASSWORD_PROPERTY, System.getenv("AUTOTASK_PASSWORD"));
        AutotaskIntegrations header = new AutotaskIntegrations();
        header.setIntegrationCode(System.getenv("AUTOTASK_CODE"));

        ATWSResponse used = service.getThresholdAndUsageInfo(header);
        OUT.println("== login\n" + used.getEntityReturnInfoResults().getEntityReturnInfo().get(0).getMessage());
        ATWSResponse found = service.query(System.getenv("AUTOTASK_QUERY"), header);
        OUT.println("== read\n" + ((Ticket) found.getEntityResults().getEntity().get(0)).getTitle());

        Ticket ticket = new Ticket();
        ticket.setAccountID(Integer.valueOf(System.getenv("AUTOTASK_ACCOUNT")));
        ticket.setTitle(System.getenv("AUTOTASK_TITLE"));
        ticket.setStatus(1);
        ticket.setPriority(1);
        ticket.setDueDateTime("2026-03-05T12:30:00");
        ArrayOfEntity entities = new ArrayOfEntity();
        entities.getEntity().add(ticket);
        ticket.setId(id(service.create(entities, header)));
        ticket.setStatus(5);
        OUT.println("== write\n" + id(service.update(entities, header)));
        try {
            service.getFieldInfo("Nothing", header);
        } catch (SOAPFaultException fault) {
            OUT.println("== fault\n" + fault.getFault().getFaultString());
        }
    }

    static long id(ATWSResponse answer) {
        return answer.getEntityReturnInfoResults().getEntityReturnInfo().get(0).getEntityId();
    }
}

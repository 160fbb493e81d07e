import autotask.ATWSLocator;
import autotask.ATWSResponse;
import autotask.ATWSSoap_BindingStub;
import autotask.AutotaskIntegrations;
import autotask.Entity;
import autotask.Ticket;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.axis.AxisFault;

/** Axis 1 and Autotask; the package autotask is generated from the description (see axis_build.sh). */
class AxisAutotask {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] words) throws Exception {
        ATWSSoap_BindingStub service = (ATWSSoap_BindingStub) new ATWSLocator().getATWSSoap();
        service.setUsername(System.getenv("AUTOTASK_USER"));
        service.setPassword(System.getenv("AUTOTASK_PASSWORD"));
        AutotaskIntegrations header = new AutotaskIntegrations();
        header.setIntegrationCode(System.getenv("AUTOTASK_CODE"));
        service.setHeader("http://autotask.net/ATWS/v1_6/", "AutotaskIntegrations", header);

        OUT.println("== login\n" + service.getThresholdAndUsageInfo().getEntityReturnInfoResults()[0].getMessage());
        ATWSResponse found = service.query(System.getenv("AUTOTASK_QUERY"));
        OUT.println("== read\n" + ((Ticket) found.getEntityResults()[0]).getTitle());

        Ticket ticket = new Ticket();
        ticket.setAccountID(Integer.valueOf(System.getenv("AUTOTASK_ACCOUNT")));
        ticket.setTitle(System.getenv("AUTOTASK_TITLE"));
        ticket.setStatus(1);
        ticket.setPriority(1);
        ticket.setDueDateTime("2026-03-05T12:30:00");
        ticket.setId(id(service.create(new Entity[] {ticket})));
        ticket.setStatus(5);
        OUT.println("== write\n" + id(service.update(new Entity[] {ticket})));
        try {
            service.getFieldInfo("Nothing");
        } catch (AxisFault fault) {
            OUT.println("== fault\n" + fault.getFaultString());
        }
    }

    static long id(ATWSResponse answer) {
        return answer.getEntityReturnInfoResults()[0].getEntityId();
    }
}

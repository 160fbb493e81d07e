import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.apache.axis.AxisFault;
import querydata.IRTHNetWOIntegrationLocator;
import querydata.IRTHNetWOIntegrationSoap_PortType;

/** Axis 1 and QueryData; the package querydata is generated from the description (see axis_build.sh). */
class AxisQueryData {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] words) throws Exception {
        IRTHNetWOIntegrationSoap_PortType service = new IRTHNetWOIntegrationLocator().getIRTHNetWOIntegrationSoap();
        OUT.println("== login\n" + service.queryData(System.getenv("QUERYDATA_SUMMARY")));
        OUT.println("== read\n" + service.queryData(System.getenv("QUERYDATA_DETAILS")));
        try {
            service.queryData(System.getenv("QUERYDATA_REFUSED"));
        } catch (AxisFault fault) {
            OUT.println("== fault\n" + fault.getFaultString());
        }
    }
}

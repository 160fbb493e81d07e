import java.nio.charset.StandardCharsets;
import java.io.PrintStream;
import java.net.URL;
import javax.xml.ws.soap.SOAPFaultException;
import querydata.IRTHNetWOIntegration;
import querydata.IRTHNetWOIntegrationSoap;

/** JAX-WS and QueryData; the package querydata is generated from the description (see jaxws_build.sh). */
class JaxWsQueryData {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] words) throws Exception {
        IRTHNetWOIntegrationSoap service =
            new IRTHNetWOIntegration(new URL(System.getenv("QUERYDATA_WSDL"))).getIRTHNetWOIntegrationSoap();
        OUT.println("== login\n" + service.queryData(System.getenv("QUERYDATA_SUMMARY")));
        OUT.println("== read\n" + service.queryData(System.getenv("QUERYDATA_DETAILS")));
        try {
            service.queryData(System.getenv("QUERYDATA_REFUSED"));
        } catch (SOAPFaultException fault) {
            OUT.println("== fault\n" + fault.getFault().getFaultString());
        }
    }
}

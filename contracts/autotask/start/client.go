package main

// A reader of Autotask's SOAP service in Go, done right: envelopes by hand, what was active since, what was deleted.
//
//	go build -o client . && mockservers check autotask --client ./client

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	atws = "http://autotask.net/ATWS/v1_6/"
	page = 500
)

var (
	mirrors = []string{"TicketNumber", "Title", "Description", "Resolution", "Status", "Priority", "QueueID", "Source", "AccountID",
		"AssignedResourceID", "EstimatedHours", "PurchaseOrderNumber", "CreateDate", "LastActivityDate", "DueDateTime", "CompletedDate"}
	usage = regexp.MustCompile(`: *(\d+)`)
)

// Client keeps a copy of all tickets.
type Client struct {
	endpoint, service, user, password, code string
	zone                                    *time.Location
	since, gone                             string
	tickets                                 map[string]Told
}

type envelope struct {
	Body struct {
		Fault *struct {
			Text string `xml:"faultstring"`
		}
		Response struct {
			Result *result `xml:",any"`
		} `xml:",any"`
	}
}

type result struct {
	ReturnCode, ErrorCode, URL string
	Errors                     []string `xml:"Errors>ATWSError>Message"`
	Usage                      string   `xml:"EntityReturnInfoResults>EntityReturnInfo>Message"`
	Rows                       []row    `xml:"EntityResults>Entity"`
}

type row struct {
	Fields []struct {
		XMLName xml.Name
		Type    string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
		Text    string `xml:",chardata"`
	} `xml:",any"`
}

func (one row) text(name string) string {
	for _, field := range one.Fields {
		if field.XMLName.Local == name {
			return field.Text
		}
	}
	return ""
}

// Hello says who we are.
func (client *Client) Hello() Told {
	return Told{"name": "Autotask in Go", "protocol": 1, "tasks": []string{"sync", "mirror"}, "mirrors": mirrors, "options": []string{"time_zone"}}
}

// Reset begins anew.
func (client *Client) Reset(told Told) (err error) {
	credentials := told["credentials"].(Told)
	client.endpoint, client.tickets, client.gone = told["endpoint"].(string), map[string]Told{}, "0"
	client.user, client.password = credentials["user"].(string), credentials["password"].(string)
	client.code = credentials["IntegrationCode"].(string)
	client.zone, err = time.LoadLocation(told["options"].(Told)["time_zone"].(string))
	return err
}

// Sync reads what was active since the latest activity that is known, and what was deleted.
func (client *Client) Sync() error {
	if err := client.spareTheRest(); err != nil {
		return err
	}
	latest, place, tests := client.since, 0, ""
	if client.since != "" { // from the same moment on, as the vendor wrote it: more may have happened in that very moment
		tests = condition("LastActivityDate", "GreaterThanOrEquals", client.since)
	}
	err := client.walk("Ticket", tests, "0", func(one row) {
		client.tickets[one.text("id")] = client.read(one)
		// Later pages are answered later, and may be younger than a change of what the first one showed.
		if active := one.text("LastActivityDate"); place < page && active > latest {
			latest = active
		}
		place++
	})
	if err != nil {
		return err
	}
	client.since = latest // only a walk that reached its end moves it
	return client.walk("DeletedTicketLog", "", client.gone, func(one row) {
		delete(client.tickets, one.text("TicketID"))
		client.gone = one.text("id")
	})
}

// Mirror shows what we believe.
func (client *Client) Mirror() []Told {
	records := []Told{}
	for id, fields := range client.tickets {
		records = append(records, Told{"id": id, "fields": fields})
	}
	return records
}

func (client *Client) read(one row) Told {
	fields := Told{}
	for _, name := range mirrors {
		fields[name] = nil
	}
	for _, field := range one.Fields {
		if _, wanted := fields[field.XMLName.Local]; wanted && field.Text != "" {
			fields[field.XMLName.Local] = client.value(field.Type[strings.LastIndex(field.Type, ":")+1:], field.Text)
		}
	}
	return fields
}

func (client *Client) value(kind, text string) any {
	var value any = text
	var err error
	switch kind {
	case "int", "long", "short":
		value, err = strconv.ParseInt(text, 10, 64)
	case "double", "decimal", "float":
		value, err = strconv.ParseFloat(text, 64)
	case "dateTime": // no offset stands there
		if !strings.Contains(text, "T") {
			text += "T00:00:00"
		}
		var moment time.Time
		moment, err = time.ParseInLocation("2006-01-02T15:04:05", text, client.zone)
		value = moment.UTC().Format(time.RFC3339Nano)
	}
	if err != nil {
		panic(err)
	}
	return value
}

// spareTheRest stops in time: past the limit the customer's whole database is shut out, for every integration.
func (client *Client) spareTheRest() error {
	said, err := client.call("getThresholdAndUsageInfo", "")
	if err != nil {
		return err
	}
	numbers := []int{}
	for _, found := range usage.FindAllStringSubmatch(said.Usage, -1) {
		number, _ := strconv.Atoi(found[1])
		numbers = append(numbers, number)
	}
	if len(numbers) == 3 && float64(numbers[2]) > 0.9*float64(numbers[0]) {
		return Failure{"refused", fmt.Sprintf("%d of %d requests are used; the rest is left to others", numbers[2], numbers[0])}
	}
	return nil
}

// walk shows every row; rows come by ascending id.
func (client *Client) walk(entity, tests, after string, keep func(row)) error {
	for {
		question := "<queryxml><entity>" + entity + "</entity><query>" + tests + condition("id", "GreaterThan", after) + "</query></queryxml>"
		// XML inside XML: a text of the question is escaped once for each of them.
		said, err := client.call("query", "<sXML>"+escaped(question)+"</sXML>")
		if err != nil {
			return err
		}
		for _, one := range said.Rows {
			keep(one)
			after = one.text("id")
		}
		if len(said.Rows) < page {
			return nil
		}
	}
}

func (client *Client) call(operation, inside string) (*result, error) {
	if client.service == "" {
		zone, err := client.post(client.endpoint, "getZoneInfo", "<UserName>"+escaped(client.user)+"</UserName>")
		if err != nil {
			return nil, err
		}
		if zone.ErrorCode != "0" {
			return nil, Failure{"refused", "this user has no zone"}
		}
		client.service = zone.URL
	}
	said, err := client.post(client.service, operation, inside)
	if err == nil && said.ReturnCode != "1" {
		return nil, Failure{"refused", strings.Join(said.Errors, "; ")}
	}
	return said, err
}

func (client *Client) post(address, operation, inside string) (*result, error) {
	body := fmt.Sprintf(`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header><AutotaskIntegrations xmlns="%s">`+
		`<IntegrationCode>%s</IntegrationCode></AutotaskIntegrations></soap:Header><soap:Body><%s xmlns="%s">%s</%s></soap:Body></soap:Envelope>`,
		atws, escaped(client.code), operation, atws, inside, operation)
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(client.user, client.password)
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	request.Header.Set("SOAPAction", `"`+atws+operation+`"`)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	var said envelope
	err = xml.NewDecoder(reply.Body).Decode(&said)
	switch {
	case reply.StatusCode == http.StatusUnauthorized:
		return nil, Failure{"refused", "the login was refused"}
	case err != nil:
		return nil, Failure{"transport", fmt.Sprintf("status %d, and no whole answer", reply.StatusCode)}
	case said.Body.Fault != nil:
		return nil, Failure{"refused", said.Body.Fault.Text}
	case reply.StatusCode != http.StatusOK || said.Body.Response.Result == nil:
		return nil, Failure{"transport", fmt.Sprintf("status %d, and no answer of %s", reply.StatusCode, operation)}
	}
	return said.Body.Response.Result, nil
}

func condition(field, operator, value string) string {
	return fmt.Sprintf(`<field>%s<expression op="%s">%s</expression></field>`, field, operator, escaped(value))
}

func escaped(text string) string {
	var buffer bytes.Buffer
	if err := xml.EscapeText(&buffer, []byte(text)); err != nil {
		panic(err)
	}
	return buffer.String()
}

func main() { Serve(func() any { return &Client{} }) }

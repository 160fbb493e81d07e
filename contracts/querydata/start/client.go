package main

// A reader of QueryData in Go, done right: SOAP by hand around JSON, short windows that overlap by the vendor's lag.
//
//	go build -o client . && mockservers check querydata --client ./client

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var (
	times   = map[string]bool{"CreateDate": true, "LastActionDateTime": true, "WorkStartDateTime": true}
	mirrors = []string{"TicketNumber", "Version", "IsNewestVersion", "TicketType", "Priority", "Status", "Folder", "AssignedTo",
		"LastAction", "Explosives", "DepthInches", "LocateInstructions", "Remarks", "Excavator", "Members", "CreateDate",
		"LastActionDateTime", "WorkStartDateTime"}
)

// Client keeps a copy of all tickets.
type Client struct {
	endpoint, code string
	options        Told
	zone           *time.Location
	resume         time.Time
	unread         []string
	tickets        map[string]Told
}

type envelope struct {
	Body struct {
		Fault *struct {
			Text string `xml:",innerxml"`
		}
		Response struct{ QueryDataResult string } `xml:"QueryDataResponse"`
	}
}

// Hello says who we are.
func (client *Client) Hello() Told {
	return Told{"name": "QueryData in Go", "protocol": 1, "tasks": []string{"sync", "mirror"}, "mirrors": mirrors, "options": []string{"time_zone"}}
}

// Reset begins anew.
func (client *Client) Reset(told Told) (err error) {
	client.options, client.tickets = told["options"].(Told), map[string]Told{}
	client.endpoint, client.code = told["endpoint"].(string), told["credentials"].(Told)["AuthCode"].(string)
	if client.options["result_formats"].(Told)[client.option("result_format")] != "json" {
		return Failure{"refused", "this client reads answers in JSON"}
	}
	if client.zone, err = time.LoadLocation(client.option("time_zone")); err != nil {
		return err
	}
	client.resume, err = time.Parse(time.RFC3339, client.option("since"))
	return err
}

func (client *Client) option(name string) string { return client.options[name].(string) }

// Sync learns which tickets were acted upon, in short windows up to now, and reads each of them.
func (client *Client) Sync() error {
	now, err := time.Parse(time.RFC3339, Now())
	if err != nil {
		return err
	}
	window := time.Duration(client.options["window_minutes"].(float64) * float64(time.Minute))
	latest := now.Add(-time.Duration(client.options["lag_seconds"].(float64) * float64(time.Second)))
	for start := client.resume; ; start = start.Add(window) {
		end := earlier(start.Add(window), now)
		if err := client.summary(start, end); err != nil {
			return err
		}
		client.resume = earlier(end, latest) // actions show up late, so the next sync begins that much before the present
		if !end.Before(now) {
			break
		}
	}
	var failed error
	left := []string{}
	for place, id := range client.unread {
		found, err := client.call("Details", "UtilisphereID", "EQUALS", id)
		var no Failure
		if errors.As(err, &no) && no.Kind == "refused" && !strings.Contains(no.Message, "AuthCode") {
			failed, left = err, append(left, id) // what the vendor cannot tell keeps no other from being read
			continue
		}
		if err != nil {
			client.unread = append(left, client.unread[place:]...)
			return err
		}
		delete(client.tickets, id)
		rows, _ := found[client.option("details_root")].([]any)
		for _, row := range rows {
			ticket := row.(Told)
			client.tickets[fmt.Sprint(ticket["UtilisphereID"])] = ticket
		}
	}
	client.unread = left
	return failed
}

func earlier(one, other time.Time) time.Time {
	if one.Before(other) {
		return one
	}
	return other
}

// Mirror shows what we believe.
func (client *Client) Mirror() []Told {
	records := []Told{}
	for id, ticket := range client.tickets {
		fields := Told{}
		for _, name := range mirrors {
			fields[name] = client.value(name, ticket[name])
		}
		records = append(records, Told{"id": id, "fields": fields})
	}
	return records
}

func (client *Client) value(name string, raw any) any {
	text, isText := raw.(string)
	if !times[name] || !isText {
		return raw
	}
	text = strings.NewReplacer("/", "-", " ", "T").Replace(text)
	moment, err := time.ParseInLocation("2006-01-02T15:04:05", text, client.zone) // no zone stands there
	if err != nil {
		panic(err)
	}
	return moment.UTC().Format(time.RFC3339Nano)
}

// summary notes the ids of tickets whose latest action lies in a window, which is widened to whole minutes.
func (client *Client) summary(start, end time.Time) error {
	minute := func(moment time.Time) string { return moment.In(client.zone).Format("2006/01/02 15:04") }
	window := minute(start) + "-" + minute(end.Add(time.Minute-time.Nanosecond))
	found, err := client.call("Summary", "LastActionDateTime", "TIME_BETWEEN", window)
	if err != nil {
		return err
	}
	ids, _ := found["UtilisphereIDs"].([]any)
	for _, id := range ids {
		client.note(fmt.Sprint(id))
	}
	return nil
}

func (client *Client) note(id string) {
	for _, known := range client.unread {
		if known == id {
			return
		}
	}
	client.unread = append(client.unread, id)
}

func (client *Client) call(kind, field, operation, value string) (Told, error) {
	test := Told{"Field": field, "Operation": operation, "Value": value}
	question, err := json.Marshal(Told{"QueryData_V1": Told{"AuthCode": client.code, "ItemType": "Ticket", "ResultType": kind,
		"ResultFormat": client.option("result_format"), "UseWarehouse": false, "Filters": []Told{test}}})
	if err != nil {
		return nil, err
	}
	namespace, parameter := client.option("namespace"), client.option("parameter")
	body := fmt.Sprintf(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><QueryData xmlns="%s"><%s>%s</%s>`+
		`</QueryData></s:Body></s:Envelope>`, escaped(namespace), parameter, escaped(string(question)), parameter)
	request, err := http.NewRequest(http.MethodPost, client.endpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	request.Header.Set("SOAPAction", `"`+strings.TrimSuffix(namespace, "/")+`/QueryData"`)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	var said envelope
	if err := xml.NewDecoder(reply.Body).Decode(&said); err != nil {
		return nil, Failure{"transport", fmt.Sprintf("status %d, and no whole answer", reply.StatusCode)}
	}
	if said.Body.Fault != nil {
		return nil, Failure{"refused", said.Body.Fault.Text}
	}
	result := Told{}
	decoder := json.NewDecoder(strings.NewReader(said.Body.Response.QueryDataResult))
	decoder.UseNumber() // a long id is no float
	if err := decoder.Decode(&result); err != nil {
		return nil, Failure{"transport", "an answer without a result"}
	}
	if no, refused := result["Error"].(Told); refused {
		return nil, Failure{"refused", fmt.Sprintf("%v: %v", no["Code"], no["Message"])}
	}
	return result, nil
}

func escaped(text string) string {
	var buffer bytes.Buffer
	if err := xml.EscapeText(&buffer, []byte(text)); err != nil {
		panic(err)
	}
	return buffer.String()
}

func main() { Serve(func() any { return &Client{} }) }

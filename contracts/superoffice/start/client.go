package main

// A reader of SuperOffice in Go, done right: a list of what has changed, then those tickets in batches.
//
//	go build -o client . && mockservers check superoffice --client ./client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const page = 50

var (
	dates   = map[string]bool{"CreatedAt": true, "LastChanged": true, "Activate": true, "ClosedAt": true, "RepliedAt": true, "Deadline": true}
	mirrors = []string{"Title", "CreatedAt", "LastChanged", "Activate", "ClosedAt", "RepliedAt", "Deadline", "Author", "OwnedBy",
		"OwnedByName", "OwnedByAssociateId", "Category", "Slevel", "Priority", "PriorityName", "BaseStatus", "TicketStatus", "Origin",
		"CustId", "ConnectId", "NumMessages", "NumReplies", "HasAttachment", "FromAddress"}
)

// Client keeps a copy of all tickets.
type Client struct {
	url, bearer      string
	credentials      Told
	latest, answered time.Time
	tickets          map[string]Told
}

// Hello says who we are.
func (client *Client) Hello() Told {
	told := Told{"name": "SuperOffice in Go", "protocol": 1, "tasks": []string{"sync", "mirror"}, "mirrors": mirrors}
	told["options"] = []string{"time_zone", "deployment"}
	return told
}

// Reset begins anew.
func (client *Client) Reset(told Told) error {
	client.url, client.credentials, client.tickets = told["url"].(string), told["credentials"].(Told), map[string]Told{}
	client.bearer = client.credentials["Bearer"].(string)
	return nil
}

// Sync reads what has changed since the last time.
func (client *Client) Sync() error {
	since, newest, begun, number, numbers := "", client.latest, time.Time{}, json.Number("0"), []json.Number{}
	if !client.latest.IsZero() { // that second included, for more may have happened in it
		since = "lastChanged afterTime '" + client.latest.Add(-time.Second).Format("2006-01-02T15:04:05") + "' and "
	}
	for {
		// By the key, since rows shift when one is taken away.
		query := url.Values{"$select": {"ticketId,lastChanged"}, "$orderby": {"ticketId"}, "$top": {fmt.Sprint(page)},
			"$filter": {since + "ticketId gt " + number.String()}}
		var list struct {
			Value []struct {
				TicketID    json.Number `json:"ticketId"`
				LastChanged string      `json:"lastChanged"`
			} `json:"value"`
		}
		if err := client.call("api/v1/Ticket?"+query.Encode(), nil, &list); err != nil {
			return err
		}
		if begun.IsZero() {
			begun = client.answered
		}
		for _, row := range list.Value {
			number = row.TicketID
			numbers = append(numbers, number)
			if changed, known := moment(row.LastChanged); known && changed.After(newest) {
				newest = changed
			}
		}
		if len(list.Value) < page {
			break
		}
	}
	for first := 0; first < len(numbers); first += page {
		batch := numbers[first:]
		if len(batch) > page {
			batch = batch[:page]
		}
		var tickets []Told
		if err := client.call("api/v1/Agents/Ticket/GetTickets", Told{"TicketIds": batch}, &tickets); err != nil {
			return err
		}
		for _, ticket := range tickets {
			if ticket != nil { // who is not there, or hidden, is left out or null; that does not mean deleted
				client.keep(ticket)
			}
		}
	}
	if newest.After(begun) { // what changed meanwhile comes next time
		newest = begun
	}
	client.latest = newest
	return nil
}

// Mirror shows what we believe.
func (client *Client) Mirror() []Told {
	records := []Told{}
	for id, fields := range client.tickets {
		records = append(records, Told{"id": id, "fields": fields})
	}
	return records
}

func (client *Client) keep(ticket Told) {
	id := fmt.Sprint(ticket["TicketId"])
	known, fields := client.tickets[id], Told{}
	for _, name := range mirrors {
		switch text, isText := ticket[name].(string); {
		case hidden(ticket, name):
			fields[name] = known[name]
		case dates[name] && isText:
			if instant, there := moment(text); there {
				fields[name] = instant.Format(time.RFC3339Nano)
			} else {
				fields[name] = nil
			}
		default:
			fields[name] = ticket[name]
		}
	}
	client.tickets[id] = fields
}

// hidden is whether this user may not read a field: it comes blank, whatever it holds.
func hidden(ticket Told, name string) bool {
	all, _ := ticket["FieldProperties"].(Told)
	one, _ := all[name].(Told)
	right, _ := one["FieldRight"].(Told)
	return right["Mask"] == "None"
}

// moment is an instant, and whether there is one; the year 1 is none.
func moment(text string) (time.Time, bool) {
	if text == "" || strings.HasPrefix(text, "0001-") {
		return time.Time{}, false
	}
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		instant, err = time.Parse("2006-01-02T15:04:05", text)
	}
	if err != nil {
		panic(err)
	}
	return instant.UTC(), true
}

// call puts the value of an answer into found; it never succeeds unless the vendor says that all went well.
func (client *Client) call(path string, body, found any) error {
	status, content, err := client.send(path, body)
	if err == nil && status == http.StatusUnauthorized {
		if err = client.renew(); err != nil {
			return err
		}
		status, content, err = client.send(path, body)
	}
	switch {
	case err != nil:
		return err
	case status >= 500:
		return Failure{"transport", fmt.Sprintf("status %d", status)}
	case status != http.StatusOK:
		return Failure{"refused", fmt.Sprintf("status %d", status)}
	}
	var no struct{ Message, ErrorMessage any }
	if json.Unmarshal(content, &no) == nil && (no.Message != nil || no.ErrorMessage != nil) { // some errors come under 200
		return Failure{"refused", "an error under 200"}
	}
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.UseNumber() // a long number is no float
	if decoder.Decode(found) != nil {
		return Failure{"transport", "an answer that ends early"}
	}
	return nil
}

func (client *Client) send(path string, body any) (int, []byte, error) {
	request, err := http.NewRequest(http.MethodGet, client.url+"/"+path, nil)
	if body != nil {
		content, problem := json.Marshal(body)
		if problem != nil {
			return 0, nil, problem
		}
		request, err = http.NewRequest(http.MethodPost, client.url+"/"+path, strings.NewReader(string(content)))
	}
	if err != nil {
		return 0, nil, err
	}
	// In UTC no time can be taken for another; a language, so that names are not lists of all languages.
	for name, value := range map[string]string{"Authorization": "Bearer " + client.bearer, "Accept": "application/json",
		"Accept-Language": "en", "SO-TimeZone": "UTC,includeTZOffset", "Content-Type": "application/json"} {
		request.Header.Set(name, value)
	}
	status, date, content, err := sent(request)
	if instant, problem := http.ParseTime(date); problem == nil {
		client.answered = instant
	}
	return status, content, err
}

func (client *Client) renew() error {
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {client.credentials["refresh_token"].(string)},
		"client_secret": {client.credentials["SO-AppToken"].(string)}}
	request, err := http.NewRequest(http.MethodPost, client.url+"/login/common/oauth/tokens", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _, content, err := sent(request)
	if err != nil {
		return err
	}
	if status == http.StatusBadRequest {
		return Failure{"refused", "the refresh token is not taken"}
	}
	var granted struct {
		Token string `json:"access_token"`
	}
	if status != http.StatusOK || json.Unmarshal(content, &granted) != nil {
		return Failure{"transport", fmt.Sprintf("no new token: status %d", status)}
	}
	client.bearer = granted.Token
	return nil
}

func sent(request *http.Request) (int, string, []byte, error) {
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", nil, err
	}
	defer reply.Body.Close()
	content, err := io.ReadAll(reply.Body)
	return reply.StatusCode, reply.Header.Get("Date"), content, err
}

func main() { Serve(func() any { return &Client{} }) }

package main

// A reader of Track-It! in Go, done right: every number is tried, since nothing lists tickets; a token lives until it is refused.
//
//	go build -o client . && mockservers check trackit --client ./client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

const page = 20

var (
	fields = []string{"1", "2", "7", "8", "12", "18", "22", "36", "39", "81", "83", "84", "95", "96", "100", "102", "106", "163"}
	note   = []string{"1", "3", "5", "7", "10", "14", "27"}
)

// Client keeps a copy of all tickets.
type Client struct {
	endpoint, token     string
	credentials         Told
	first, gap, unknown int
	tickets             map[int]Told
}

// refused is a no of the vendor, with its status.
type refused struct {
	status  int
	message string
}

func (no refused) Error() string { return fmt.Sprintf("status %d: %s", no.status, no.message) }

type record map[string]struct{ Value any }

type answer struct {
	Tickets, Ticket record
	TicketNotes     []record
	Message, Error  string
	AccessToken     string `json:"access_token"`
}

// Hello says who we are.
func (client *Client) Hello() Told {
	mirrors := append(append([]string{}, fields...), "notes")
	return Told{"name": "Track-It! in Go", "protocol": 1, "tasks": []string{"sync", "mirror"}, "mirrors": mirrors}
}

// Reset begins anew.
func (client *Client) Reset(told Told) error {
	options := told["options"].(Told)
	number := func(name string) int { return int(options[name].(float64)) }
	client.endpoint, client.credentials, client.tickets = told["endpoint"].(string), told["credentials"].(Told), map[int]Told{}
	client.first, client.gap, client.unknown = number("first_id"), number("longest_gap"), number("unknown_status")
	return nil
}

// Sync tries every number.
func (client *Client) Sync() error {
	last := client.first - 1
	for number := range client.tickets {
		last = max(last, number)
	}
	for number := client.first; number <= last+client.gap+1; number++ {
		err := client.look(number)
		var no refused
		switch {
		case err == nil:
			last = max(last, number)
		case !errors.As(err, &no):
			return err
		case no.status == client.unknown:
			delete(client.tickets, number)
		case no.status != http.StatusForbidden: // which means: there, and not for us at the moment
			return Failure{"refused", err.Error()}
		}
	}
	return nil
}

// Mirror shows what we believe.
func (client *Client) Mirror() []Told {
	records := []Told{}
	for number, ticket := range client.tickets {
		records = append(records, Told{"id": fmt.Sprint(number), "fields": ticket})
	}
	return records
}

// look replaces what was known of a ticket by what there is.
func (client *Client) look(number int) error {
	told, err := client.call(fmt.Sprintf("tickets/%d", number))
	if err != nil {
		return err
	}
	found := told.Tickets
	if found == nil {
		found = told.Ticket
	}
	if found == nil {
		return Failure{"transport", "an answer without a ticket"}
	}
	ticket := shown(found, fields)
	if ticket["notes"], err = client.notes(number); err != nil {
		return err
	}
	client.tickets[number] = ticket
	return nil
}

func (client *Client) notes(number int) ([]Told, error) {
	found, place := []Told{}, map[any]int{}
	for count := 1; ; count++ {
		told, err := client.call(fmt.Sprintf("tickets/%d/Notes/%d/%d", number, page, count))
		if err != nil {
			return nil, err
		}
		if told.TicketNotes == nil {
			return nil, Failure{"transport", "an answer without notes"}
		}
		for _, one := range told.TicketNotes {
			id := one["1"].Value
			// A note that is added meanwhile moves the others, so that one can be told twice.
			if at, known := place[id]; known {
				found[at] = shown(one, note)
				continue
			}
			place[id] = len(found)
			found = append(found, shown(one, note))
		}
		if len(told.TicketNotes) < page {
			return found, nil
		}
	}
}

// shown is values by field number; what has no value is not in the answer. Labels are the administrator's, who may change them.
func shown(found record, names []string) Told {
	values := Told{}
	for _, name := range names {
		values[name] = found[name].Value
	}
	return values
}

func (client *Client) call(path string) (answer, error) {
	fresh := client.token == ""
	if fresh {
		if err := client.login(); err != nil {
			return answer{}, err
		}
	}
	told, err := client.get(path)
	var no refused
	if !errors.As(err, &no) || no.status != http.StatusUnauthorized {
		return told, err
	}
	client.token = ""
	if fresh {
		return told, err
	}
	if err := client.login(); err != nil {
		return answer{}, err
	}
	return client.get(path)
}

func (client *Client) get(path string) (answer, error) {
	request, err := http.NewRequest(http.MethodGet, client.endpoint+"/"+path, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+client.token)
	return send(request)
}

func (client *Client) login() error {
	form := url.Values{"grant_type": {"password"}}
	for _, name := range []string{"username", "password"} {
		form.Set(name, client.credentials[name].(string))
	}
	request, err := http.NewRequest(http.MethodPost, client.endpoint+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	told, err := send(request)
	var no refused
	if errors.As(err, &no) {
		return Failure{"refused", "login: " + no.Error()} // its status is about no ticket
	}
	client.token = told.AccessToken
	return err
}

func send(request *http.Request) (told answer, err error) {
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return told, err
	}
	defer reply.Body.Close()
	decoder := json.NewDecoder(reply.Body)
	decoder.UseNumber() // a long number is no float
	err = decoder.Decode(&told)
	switch {
	case err != nil || reply.StatusCode >= 500:
		return told, Failure{"transport", fmt.Sprintf("status %d, and no whole answer", reply.StatusCode)}
	case reply.StatusCode >= 400:
		return told, refused{reply.StatusCode, told.Message + told.Error}
	}
	return told, nil
}

func max(one, other int) int {
	if one > other {
		return one
	}
	return other
}

func main() { Serve(func() any { return &Client{} }) }

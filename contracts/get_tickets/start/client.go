package main

// A reader of get_tickets in Go, done right: pages of 25, XML, a server in UTC.
//
//	go build -o client . && mockservers check get_tickets --client ./client

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const page = 25

var (
	encoded = set("cid", "company_name", "contact", "status", "priority", "updated_by", "subject", "summary")
	dates   = set("date_opened", "date_closed", "due_date", "last_updated")
	mirrors = []string{"cid", "company_name", "contact", "status", "priority", "updated_by", "subject", "summary", "date_opened",
		"date_closed", "due_date", "last_updated", "assigned_tech", "locked", "parent_ticket"}
	mirrored = set(mirrors...)
)

func set(names ...string) map[string]bool {
	found := map[string]bool{}
	for _, name := range names {
		found[name] = true
	}
	return found
}

// Client keeps a copy of all tickets.
type Client struct {
	endpoint, key string
	tickets       []Told
}

type answer struct {
	XMLName xml.Name
	Text    string   `xml:",innerxml"`
	Tickets []ticket `xml:"ticket"`
}

type ticket struct {
	Fields []struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
	} `xml:",any"`
}

// Hello says who we are.
func (client *Client) Hello() Told {
	return Told{"name": "get_tickets in Go", "protocol": 1, "tasks": []string{"sync", "mirror"}, "mirrors": mirrors}
}

// Reset begins anew.
func (client *Client) Reset(told Told) error {
	options := told["options"].(Told)
	if options["format"] != "xml" || options["time_zone"] != "UTC" || options["culture"] != "us" {
		return Failure{"refused", "this client reads XML of servers in UTC with dates of the United States"}
	}
	client.endpoint, client.key = told["endpoint"].(string), told["credentials"].(Told)["key"].(string)
	return nil
}

// Sync reads all tickets; only a walk that reached its end replaces what was known.
func (client *Client) Sync() error {
	found, place := []Told{}, map[string]int{}
	for number := 1; ; number++ {
		some, err := client.page(number)
		if err != nil {
			return err
		}
		for _, one := range some {
			id := one["id"].(string)
			if at, known := place[id]; known {
				found[at] = one
			} else {
				place[id] = len(found)
				found = append(found, one)
			}
		}
		if len(some) < page {
			client.tickets = found
			return nil
		}
	}
}

// Mirror shows what we believe.
func (client *Client) Mirror() []Told { return client.tickets }

func (client *Client) page(number int) ([]Told, error) {
	query := url.Values{"key": {client.key}, "action": {"get_tickets"}, "tid": {"*"}, "order": {"tid"},
		"count": {strconv.Itoa(page)}, "page": {strconv.Itoa(number)}}
	reply, err := http.Get(client.endpoint + "?" + query.Encode())
	if err != nil {
		return nil, Failure{"transport", "no answer came"} // the error's own text holds the address, and so the key
	}
	defer reply.Body.Close()
	var said answer
	if err := xml.NewDecoder(reply.Body).Decode(&said); err != nil {
		return nil, Failure{"transport", fmt.Sprintf("status %d, and no whole answer", reply.StatusCode)}
	}
	if said.XMLName.Local == "response" {
		return nil, Failure{"refused", "the server said no: " + decoded(said.Text)}
	}
	if said.XMLName.Local != "tickets" {
		return nil, Failure{"transport", fmt.Sprintf("status %d, and no tickets", reply.StatusCode)}
	}
	found := []Told{}
	for _, one := range said.Tickets {
		fields, id := Told{}, ""
		for _, field := range one.Fields {
			name := field.XMLName.Local
			if name == "tid" {
				id = field.Text
			}
			// Of two cids the first is the customer's; what comes again is left out.
			if _, again := fields[name]; mirrored[name] && !again {
				fields[name] = value(name, field.Text)
			}
		}
		found = append(found, Told{"id": id, "fields": fields})
	}
	return found, nil
}

func value(name, text string) any {
	switch {
	case encoded[name]:
		return decoded(text)
	case text == "":
		return nil
	case dates[name]:
		moment, err := time.Parse("1/2/2006 3:04:05 PM", text)
		if err != nil {
			panic(err)
		}
		return moment.Format(time.RFC3339)
	case name == "parent_ticket":
		number, err := strconv.Atoi(text)
		if err != nil {
			panic(err)
		}
		return number
	}
	return text
}

func decoded(text string) string {
	found, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return found
}

func main() { Serve(func() any { return &Client{} }) }

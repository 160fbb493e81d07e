package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// Glue: Serve(func() any { return &Client{} }) makes a Go program speak JSON Lines: --client ./client.
//
// The object has methods named like the tasks: Reset, Sync, Mirror, Create, Update, Note, Close; each is one of the interfaces below.
// Hello and Bye are optional. Now and Sleep are the virtual time. An error of package net, or an early end, is of kind transport; a
// Failure names its kind. Print to os.Stderr: stdout is the protocol's alone.

// Told is what a message tells.
type Told = map[string]any

// Failure is what went wrong, of a kind: refused, transport or client.
type Failure struct{ Kind, Message string }

func (failure Failure) Error() string { return failure.Message }

var (
	lines = bufio.NewReader(os.Stdin)
	told  = os.Stdout
)

func read() (message Told) {
	line, err := lines.ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &message) != nil {
		return Told{"id": nil, "do": "bye"}
	}
	return message
}

func write(message Told) {
	text, err := json.Marshal(message)
	if err != nil {
		text = []byte(fmt.Sprintf(`{"id": %v, "error": {"kind": "client", "message": "what the client shows is no JSON"}}`, message["id"]))
	}
	fmt.Fprintf(told, "%s\n", text)
}

func ask(question Told) string {
	write(question)
	answer, _ := read()["answer"].(string)
	return answer
}

// Now is the world's time.
func Now() string { return ask(Told{"ask": "now"}) }

// Sleep lets time pass in the world.
func Sleep(seconds float64) string { return ask(Told{"ask": "sleep", "seconds": seconds}) }

// Serve answers messages until there are no more.
func Serve(make func() any) {
	os.Stdout = os.Stderr
	client := make()
	for {
		message := read()
		id, task := message["id"], fmt.Sprint(message["do"])
		delete(message, "id")
		delete(message, "do")
		if task == "reset" {
			client = make()
		}
		answer := Told{"id": id}
		if value, err := run(client, task, message); err != nil {
			answer["error"] = Told{"kind": kind(err), "message": err.Error()}
		} else {
			answer["ok"] = value
		}
		write(answer)
		if task == "bye" {
			return
		}
	}
}

func kind(err error) string {
	var failure Failure
	var network net.Error
	switch {
	case errors.As(err, &failure):
		return failure.Kind
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "transport"
	}
	return "client"
}

func run(client any, task string, told Told) (value any, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = Failure{"client", fmt.Sprint(panicked)}
		}
	}()
	tasks := []string{}
	for _, name := range []string{"sync", "mirror", "create", "update", "note", "close"} {
		if method(client, name) != nil {
			tasks = append(tasks, name)
		}
	}
	found := method(client, task)
	switch {
	case task == "hello":
		hello := Told{"tasks": tasks}
		if found != nil {
			value, err = found(told)
			said, _ := value.(Told)
			for name, each := range said {
				hello[name] = each
			}
		}
		return hello, err
	case found != nil:
		return found(told)
	case task == "bye":
		return nil, nil
	}
	return nil, Failure{"client", "the client has no method for '" + task + "'; methods are named like the tasks of the protocol"}
}

func method(client any, task string) func(Told) (any, error) {
	without := func(run func(Told) error) func(Told) (any, error) {
		return func(told Told) (any, error) { return nil, run(told) }
	}
	switch task {
	case "hello":
		if has, ok := client.(interface{ Hello() Told }); ok {
			return func(Told) (any, error) { return has.Hello(), nil }
		}
	case "reset":
		if has, ok := client.(interface{ Reset(Told) error }); ok {
			return without(has.Reset)
		}
	case "sync":
		if has, ok := client.(interface{ Sync() error }); ok {
			return func(Told) (any, error) { return nil, has.Sync() }
		}
	case "mirror":
		if has, ok := client.(interface{ Mirror() []Told }); ok {
			return func(Told) (any, error) { return Told{"records": append([]Told{}, has.Mirror()...)}, nil } // never null
		}
	case "create":
		if has, ok := client.(interface{ Create(Told) (any, error) }); ok {
			return has.Create
		}
	case "update":
		if has, ok := client.(interface{ Update(Told) error }); ok {
			return without(has.Update)
		}
	case "note":
		if has, ok := client.(interface{ Note(Told) error }); ok {
			return without(has.Note)
		}
	case "close":
		if has, ok := client.(interface{ Close(Told) error }); ok {
			return without(has.Close)
		}
	case "bye":
		if has, ok := client.(interface{ Bye() }); ok {
			return func(Told) (any, error) { has.Bye(); return nil, nil }
		}
	}
	return nil
}

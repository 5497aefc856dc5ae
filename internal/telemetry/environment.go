package telemetry

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Lookup returns a variable of the environment, empty where it is not set.
type Lookup func(name string) string

// The exporters and protocols by their names in the environment.
const (
	exporterOTLP    = "otlp"
	exporterConsole = "console"
	exporterNone    = "none"

	protocolGRPC = "grpc"
	protocolHTTP = "http/protobuf"
)

// defaultPatience is for how long a command waits at its end for a collector.
const defaultPatience = 2 * time.Second

// maxPatience is the longest that can be asked for.
const maxPatience = time.Minute

// settings are what the environment asks for.
type settings struct {
	exporter string
	protocol string
	patience time.Duration
}

// unusable is the error for a variable that can't be understood. It holds the
// variable's name and not its value, which may be a secret.
type unusable struct{ name, why string }

func (u *unusable) Error() string { return u.name + " can't be used: " + u.why }

// ask reads the environment. The exporter is none where nobody asks for traces.
func ask(env Lookup) (settings, error) {
	out := settings{exporter: exporterNone}
	if strings.EqualFold(env("OTEL_SDK_DISABLED"), "true") {
		return out, nil
	}
	name := strings.ToLower(strings.TrimSpace(env("OTEL_TRACES_EXPORTER")))
	if name == "" && specific(env, "ENDPOINT") != "" {
		name = exporterOTLP
	}
	switch name {
	case "", exporterNone:
		return out, nil
	case exporterConsole, exporterOTLP:
		out.exporter = name
	default:
		return out, &unusable{name: "OTEL_TRACES_EXPORTER", why: "it is otlp, console or none"}
	}
	var err error
	if out.patience, err = patience(env); err != nil || name == exporterConsole {
		return out, err
	}
	return out, out.askOTLP(env)
}

// askOTLP reads what the exporter is to do, and checks what it reads itself.
func (s *settings) askOTLP(env Lookup) error {
	switch s.protocol = specific(env, "PROTOCOL"); s.protocol {
	case "":
		s.protocol = protocolHTTP
	case protocolGRPC, protocolHTTP:
	default:
		return &unusable{name: "OTEL_EXPORTER_OTLP_PROTOCOL", why: "it is grpc or http/protobuf"}
	}
	for _, kind := range []string{"TRACES_", ""} {
		if err := checkEndpoint("OTEL_EXPORTER_OTLP_"+kind+"ENDPOINT", env); err != nil {
			return err
		}
		if err := checkHeaders("OTEL_EXPORTER_OTLP_"+kind+"HEADERS", env); err != nil {
			return err
		}
		if _, err := milliseconds("OTEL_EXPORTER_OTLP_"+kind+"TIMEOUT", env); err != nil {
			return err
		}
	}
	return nil
}

// specific is a variable of the exporter: that for traces, else that for all.
func specific(env Lookup, name string) string {
	if v := strings.TrimSpace(env("OTEL_EXPORTER_OTLP_TRACES_" + name)); v != "" {
		return v
	}
	return strings.TrimSpace(env("OTEL_EXPORTER_OTLP_" + name))
}

func patience(env Lookup) (time.Duration, error) {
	d, err := milliseconds("OTEL_BSP_EXPORT_TIMEOUT", env)
	if err != nil || d == 0 {
		return defaultPatience, err
	}
	return min(d, maxPatience), nil
}

// milliseconds reads a time, 0 where none is given.
func milliseconds(name string, env Lookup) (time.Duration, error) {
	text := strings.TrimSpace(env(name))
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n <= 0 {
		return 0, &unusable{name: name, why: "it is a number of milliseconds"}
	}
	return time.Duration(n) * time.Millisecond, nil
}

func checkEndpoint(name string, env Lookup) error {
	text := strings.TrimSpace(env(name))
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return &unusable{name: name, why: "it is a URL such as http://127.0.0.1:4318"}
	case u.User != nil:
		return &unusable{name: name, why: "it holds a user; credentials belong into OTEL_EXPORTER_OTLP_HEADERS"}
	}
	return nil
}

// checkHeaders: a header that the exporter can't read it would print.
func checkHeaders(name string, env Lookup) error {
	for _, pair := range pairs(env(name)) {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || !isToken(strings.TrimSpace(key)) {
			return &unusable{name: name, why: "it is a list of NAME=VALUE, comma-separated"}
		}
		if _, err := url.PathUnescape(value); err != nil {
			return &unusable{name: name, why: fmt.Sprintf("the value of %s is not percent-encoded", strings.TrimSpace(key))}
		}
	}
	return nil
}

func pairs(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return strings.Split(strings.TrimSpace(text), ",")
}

// isToken reports whether a text can be the name of a header.
func isToken(s string) bool {
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~") == ""
}

// Credentials are the values of the environment that are for the collector
// only.
func Credentials(env Lookup) []string {
	var out []string
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		for _, pair := range pairs(env(name)) {
			_, value, _ := strings.Cut(pair, "=")
			out = append(out, strings.TrimSpace(value))
			if plain, err := url.PathUnescape(value); err == nil {
				out = append(out, strings.TrimSpace(plain))
			}
		}
	}
	return out
}

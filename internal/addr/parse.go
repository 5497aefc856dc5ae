package addr

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads what [Addr.String] prints. The error says what was expected at
// which byte.
func Parse(s string) (Addr, error) {
	p := parser{text: s}
	a, err := p.address()
	if err != nil {
		return Addr{}, fmt.Errorf("address %q: %w", s, err)
	}
	return a, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) address() (Addr, error) {
	var a Addr
	for {
		word, err := p.word()
		if err != nil {
			return a, err
		}
		if word != "module" {
			return p.object(a, Kind(word))
		}
		if err := p.module(&a); err != nil {
			return a, err
		}
	}
}

func (p *parser) module(a *Addr) error {
	if err := p.expect("."); err != nil {
		return err
	}
	name, err := p.word()
	if err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	a.Module = Child(a.Module, name, key)
	return p.expect(".")
}

func (p *parser) object(a Addr, kind Kind) (Addr, error) {
	if !kind.Known() || kind == Device {
		return a, fmt.Errorf("%q is not a kind of object", string(kind))
	}
	a.Kind = kind
	if p.done() {
		return a, nil
	}
	if err := p.expect("."); err != nil {
		return a, err
	}
	var err error
	if a.Name, err = p.word(); err != nil {
		return a, err
	}
	if a.Key, err = p.key(); err != nil {
		return a, err
	}
	if p.done() {
		return a, nil
	}
	return p.device(a)
}

func (p *parser) device(a Addr) (Addr, error) {
	if err := p.expect(".device"); err != nil {
		return a, err
	}
	key, err := p.key()
	if err != nil {
		return a, err
	}
	if a.Kind != User || key.kind != stringKey || !p.done() {
		return a, fmt.Errorf("expected .device[\"name\"] of a user at byte %d", p.at)
	}
	return a.DeviceOf(key.text), nil
}

func (p *parser) done() bool { return p.at == len(p.text) }

func (p *parser) expect(s string) error {
	if !strings.HasPrefix(p.text[p.at:], s) {
		return fmt.Errorf("expected %q at byte %d", s, p.at)
	}
	p.at += len(s)
	return nil
}

func (p *parser) word() (string, error) {
	rest := p.text[p.at:]
	end := strings.IndexAny(rest, ".[]\" ")
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return "", fmt.Errorf("expected a name at byte %d", p.at)
	}
	p.at += end
	return rest[:end], nil
}

func (p *parser) key() (Key, error) {
	rest := p.text[p.at:]
	if !strings.HasPrefix(rest, "[") {
		return NoKey, nil
	}
	if strings.HasPrefix(rest, "[\"") {
		return p.stringKey(rest[1:])
	}
	end := strings.IndexByte(rest, ']')
	number := rest[1:max(end, 1)]
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || strconv.Itoa(n) != number {
		return NoKey, fmt.Errorf("expected a number or a quoted string at byte %d", p.at+1)
	}
	p.at += end + 1
	return IntKey(n), nil
}

func (p *parser) stringKey(quoted string) (Key, error) {
	literal, err := strconv.QuotedPrefix(quoted)
	if err != nil {
		return NoKey, fmt.Errorf("unterminated string at byte %d", p.at+1)
	}
	s, err := unquote(literal)
	if err != nil {
		return NoKey, fmt.Errorf("bad string at byte %d", p.at+1)
	}
	p.at += 1 + len(literal)
	if err := p.expect("]"); err != nil {
		return NoKey, err
	}
	return StringKey(s), nil
}

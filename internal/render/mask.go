package render

import (
	"sync"

	"github.com/sigilgate/sigilform/internal/veil"
)

// Mask hides secrets in texts that leave the program beside its results, and
// shortens private values: in logs and traces. What is one is learned on the way.
// A nil Mask knows none. It is safe for concurrent use.
type Mask struct {
	// Veil knows the private values; nil where none is.
	Veil *veil.Veil

	mu     sync.RWMutex
	all    []string
	has    map[string]bool
	redact *redactor
}

// Know adds secrets.
func (m *Mask) Know(secrets ...string) {
	if m == nil || len(secrets) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.has == nil {
		m.has = map[string]bool{}
	}
	known := len(m.all)
	for _, s := range secrets {
		if len(s) >= MinSecret && !m.has[s] {
			m.has[s] = true
			m.all = append(m.all, s)
		}
	}
	if len(m.all) > known {
		m.redact = newRedactor(m.all)
	}
}

// Text is s without the secrets that are known by now, and with each private value
// shortened.
func (m *Mask) Text(s string) string {
	if m == nil {
		return s
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	r := redactor{veil: m.Veil, strict: true}
	if m.redact != nil {
		r.secrets = m.redact.secrets
	}
	return r.text(s)
}

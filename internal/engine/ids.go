package engine

import (
	"encoding/hex"
	"fmt"
	"io"

	"github.com/google/uuid"
)

const (
	serviceNamePrefix = "api.v2.rpc."
	serviceNameBytes  = 8
	secretBytes       = 32
	nameBytes         = 8
)

// source generates what a plan and an apply need. The methods can't fail as
// plan.IDs has them; the first failure is kept in err.
type source struct {
	random io.Reader
	err    error
}

func (e *Engine) ids() *source { return &source{random: e.Random} }

// UUID is a random UUID, version 4.
func (s *source) UUID() string {
	id, err := uuid.NewRandomFromReader(s.random)
	s.note(err)
	return id.String()
}

// ServiceName is a gRPC service name.
func (s *source) ServiceName() string { return serviceNamePrefix + s.hex(serviceNameBytes) }

// Secret is a random key of 256 bits.
func (s *source) Secret() string { return s.hex(secretBytes) }

// Generation names a network's life.
func (s *source) Generation() string { return s.hex(nameBytes) }

// Apply names one apply.
func (s *source) Apply() string { return s.hex(nameBytes) }

func (s *source) hex(n int) string {
	b := make([]byte, n)
	_, err := io.ReadFull(s.random, b)
	s.note(err)
	return hex.EncodeToString(b)
}

func (s *source) note(err error) {
	if err != nil && s.err == nil {
		s.err = fmt.Errorf("read the random source: %w", err)
	}
}

package config

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"

	"github.com/sigilgate/sigilform/internal/lang"
)

// digest covers the files of the configuration, the files that functions read,
// and the values of the variables. Sensitive values are left out: a digest is
// shown and stored, and a weak secret could be guessed from it.
func (r *run) digest() string {
	h := sha256.New()
	for _, name := range sortedKeys(r.sources) {
		if s := r.sources[name]; s.config {
			part(h, "file", name, s.text)
		}
	}
	for _, name := range sortedKeys(r.reads) {
		part(h, "read", name, r.reads[name])
	}
	for _, name := range sortedKeys(r.root.folder.variables) {
		v := r.root.variable(name)
		if b, err := json.Marshal(lang.JSON(v)); err == nil {
			part(h, "variable", name, b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// part writes one part so that no two lists of parts give the same bytes.
func part(h hash.Hash, sort, name string, content []byte) {
	for _, b := range [][]byte{[]byte(sort), []byte(name), content} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		h.Write(size[:])
		h.Write(b)
	}
}

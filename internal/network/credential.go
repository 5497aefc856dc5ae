package network

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The least that a password hash must cost, from OWASP's Password Storage
// Cheat Sheet.
const (
	minArgon2MiB = 19
	minArgon2T   = 2
	minBcrypt    = 10
)

var bcryptForm = regexp.MustCompile(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)

// checkCredential says what is wrong with a password hash; empty where nothing
// is. It never returns any part of the value.
func checkCredential(value string) (summary, hint string) {
	const hash = "Make one with `sigilform hash`; it asks for the secret and prints the line to write here."
	switch {
	case strings.HasPrefix(value, "$argon2id$"):
		return checkArgon2(value, hash)
	case strings.HasPrefix(value, "$argon2"):
		return "The credential is another argon2 than argon2id", hash
	case strings.HasPrefix(value, "$2"):
		return checkBcrypt(value, hash)
	default:
		return "The credential is no password hash", "A plaintext secret must never be in a file. " + hash
	}
}

func checkBcrypt(value, hint string) (string, string) {
	m := bcryptForm.FindStringSubmatch(value)
	if m == nil {
		return "The credential is a damaged bcrypt hash", hint
	}
	cost, err := strconv.Atoi(m[1])
	if err != nil || cost < minBcrypt || cost > 31 {
		return fmt.Sprintf("The credential's bcrypt cost is %s, and it must be at least %d", m[1], minBcrypt), hint
	}
	return "", ""
}

// checkArgon2 reads the PHC form $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func checkArgon2(value, hint string) (string, string) {
	const damaged = "The credential is a damaged argon2id hash"
	parts := strings.Split(value, "$")
	if len(parts) != 6 || parts[2] != "v=19" {
		return damaged, hint
	}
	var m, t, p int
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); n != 3 || err != nil || p < 1 || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", m, t, p) {
		return damaged, hint
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	hash, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil || len(salt) < 8 || len(hash) < 16 {
		return damaged, hint
	}
	if m < minArgon2MiB*1024 || t < minArgon2T {
		return fmt.Sprintf("The credential's argon2id is too weak: m=%d KiB and t=%d", m, t),
			fmt.Sprintf("At least m=%d (%d MiB) and t=%d are needed. %s", minArgon2MiB*1024, minArgon2MiB, minArgon2T, hint)
	}
	return "", ""
}

package network

import (
	"encoding/base64"
	"fmt"
	"math"
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

// The most that there is: lanes of argon2 (RFC 9106), cost of bcrypt.
const (
	maxArgon2P = 1<<24 - 1
	maxBcrypt  = 31
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
		return "The credential is not a password hash", "A plaintext secret must never be in a file. " + hash
	}
}

func checkBcrypt(value, hint string) (string, string) {
	m := bcryptForm.FindStringSubmatch(value)
	if m == nil {
		return "The credential is a damaged bcrypt hash", hint
	}
	switch cost, err := strconv.Atoi(m[1]); {
	case err != nil || cost < minBcrypt:
		return fmt.Sprintf("The credential's bcrypt cost is %s, and it must be at least %d", m[1], minBcrypt), hint
	case cost > maxBcrypt:
		return fmt.Sprintf("The credential's bcrypt cost is %s, and there is none above %d", m[1], maxBcrypt), hint
	}
	return "", ""
}

// argon2Costs reads m=…,t=…,p=… exactly as it is printed.
func argon2Costs(text string) (m, t, p int64, ok bool) {
	n, err := fmt.Sscanf(text, "m=%d,t=%d,p=%d", &m, &t, &p)
	return m, t, p, n == 3 && err == nil && text == fmt.Sprintf("m=%d,t=%d,p=%d", m, t, p)
}

// checkArgon2 reads the PHC form $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func checkArgon2(value, hint string) (string, string) {
	const damaged = "The credential is a damaged argon2id hash"
	parts := strings.Split(value, "$")
	if len(parts) != 6 || parts[2] != "v=19" {
		return damaged, hint
	}
	m, t, p, ok := argon2Costs(parts[3])
	if !ok || p < 1 || p > maxArgon2P || m < 8*p || m > math.MaxUint32 || t > math.MaxUint32 {
		return damaged, hint
	}
	if !encodes(parts[4], 8) || !encodes(parts[5], 16) {
		return damaged, hint
	}
	if m < minArgon2MiB*1024 || t < minArgon2T {
		return fmt.Sprintf("The credential's argon2id is too weak: m=%d KiB and t=%d", m, t),
			fmt.Sprintf("At least m=%d (%d MiB) and t=%d are needed. %s", minArgon2MiB*1024, minArgon2MiB, minArgon2T, hint)
	}
	return "", ""
}

// encodes reports whether text is base64 without padding of at least as many
// bytes. Go's decoder passes over line ends, and the standard form has none.
func encodes(text string, least int) bool {
	data, err := base64.RawStdEncoding.DecodeString(text)
	return err == nil && len(data) >= least && !strings.ContainsAny(text, "\r\n")
}

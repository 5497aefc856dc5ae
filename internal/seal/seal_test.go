package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"
	"pgregory.net/rapid"

	"github.com/sigilgate/sigilform/internal/seal"

	"github.com/sigilgate/sigilform/internal/failure"
)

const secret = "the words of a plan that nobody else may read"

func newIdentity(tb testing.TB) *age.X25519Identity {
	tb.Helper()
	i, err := age.GenerateX25519Identity()
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

func identitiesOf(tb testing.TB, text string) seal.Identities {
	tb.Helper()
	var out seal.Identities
	if err := out.ParseIdentity(text, "IDENTITY"); err != nil {
		tb.Fatal(err)
	}
	return out
}

func sealed(tb testing.TB, plain []byte, words ...string) []byte {
	tb.Helper()
	to, err := seal.ParseRecipients(tb.Context(), words)
	if err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	w, err := seal.Encrypt(&b, to)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func opened(file []byte, with seal.Identities) ([]byte, error) {
	r, err := seal.Decrypt(bytes.NewReader(file), "change.plan", with)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// sshKey is a key pair as ssh-keygen writes it: the public line and the file.
func sshKey(tb testing.TB, passphrase string) (public, private string) {
	tb.Helper()
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(priv, "deploy")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(priv, "deploy", []byte(passphrase))
	}
	if err != nil {
		tb.Fatal(err)
	}
	line, err := ssh.NewPublicKey(pub)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(line))) + " deploy@ci", string(pem.EncodeToMemory(block))
}

func TestDecryptIsTheInverseOfEncrypt(t *testing.T) {
	t.Parallel()
	key := newIdentity(t)
	with := identitiesOf(t, key.String())
	rapid.Check(t, func(rt *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200_000).Draw(rt, "plain")
		file := sealed(t, plain, key.Recipient().String())
		if !seal.Is(file[:min(seal.Peek, len(file))]) {
			rt.Fatal("an encrypted file is not known by its first bytes")
		}
		got, err := opened(file, with)
		if err != nil || !bytes.Equal(got, plain) {
			rt.Fatalf("%d bytes became %d: %v", len(plain), len(got), err)
		}
	})
}

// TestEveryRecipientOpensIt holds that each of several recipients can read a
// file, whatever kind of key it has, and also from a file of recipients.
func TestEveryRecipientOpensIt(t *testing.T) {
	t.Parallel()
	one, two := newIdentity(t), newIdentity(t)
	public, private := sshKey(t, "")
	list := filepath.Join(t.TempDir(), "team")
	if err := os.WriteFile(list, []byte("# the team\n\n"+two.Recipient().String()+"\r\n"+public+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := sealed(t, []byte(secret), one.Recipient().String(), "@"+list)
	if bytes.Contains(file, []byte(secret)) {
		t.Error("the plaintext is in the encrypted file")
	}
	for name, text := range map[string]string{
		"first": one.String(), "second, with remarks": "# created: today\r\n# public key: " + two.Recipient().String() + "\r\n" + two.String() + "\r\n",
		"SSH": private, "SSH, as a variable holds it": strings.TrimSpace(private),
	} {
		if got, err := opened(file, identitiesOf(t, text)); err != nil || string(got) != secret {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	var both seal.Identities
	for _, name := range []string{"x", "y"} {
		path := filepath.Join(t.TempDir(), name)
		text := newIdentity(t).String()
		if name == "y" {
			text = two.String()
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := both.ReadIdentity(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := opened(file, both); err != nil || string(got) != secret {
		t.Errorf("the second of two identities: %q, %v", got, err)
	}
}

func TestArmoredFilesAreRead(t *testing.T) {
	t.Parallel()
	key := newIdentity(t)
	var b bytes.Buffer
	w := armor.NewWriter(&b)
	if _, err := w.Write(sealed(t, []byte(secret), key.Recipient().String())); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !seal.Is(b.Bytes()[:seal.Peek]) {
		t.Error("an armored file is not known by its first bytes")
	}
	if got, err := opened(b.Bytes(), identitiesOf(t, key.String())); err != nil || string(got) != secret {
		t.Errorf("%q, %v", got, err)
	}
}

// TestEveryDamageIsNoticed flips each byte of a file and cuts it everywhere:
// none may pass, and each is called what it is.
func TestEveryDamageIsNoticed(t *testing.T) {
	t.Parallel()
	key := newIdentity(t)
	with := identitiesOf(t, key.String())
	file := sealed(t, []byte(secret), key.Recipient().String())
	check := func(what string, at int, changed []byte) {
		got, err := opened(changed, with)
		var e *failure.Failure
		if err == nil || !errors.As(err, &e) || e.Code != failure.DamagedEncryption && e.Code != failure.WrongIdentity {
			t.Errorf("%s at byte %d: %q, %v", what, at, got, err)
		}
	}
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		check("flipped", i, changed)
		check("cut", i, file[:i])
	}
	check("something follows", len(file), append(bytes.Clone(file), 'x'))
}

func TestFailuresSayWhatToDo(t *testing.T) {
	t.Parallel()
	key := newIdentity(t)
	file := sealed(t, []byte(secret), key.Recipient().String())
	for name, c := range map[string]struct {
		with seal.Identities
		code failure.Code
	}{
		"none":  {seal.Identities{}, failure.NoIdentity},
		"wrong": {identitiesOf(t, newIdentity(t).String()), failure.WrongIdentity},
	} {
		_, err := opened(file, c.with)
		var e *failure.Failure
		if !errors.As(err, &e) || e.Code != c.code || e.Hint == "" || !strings.Contains(e.Summary, "change.plan") {
			t.Errorf("%s: %+v", name, err)
		}
	}
}

func TestBadIdentities(t *testing.T) {
	t.Parallel()
	_, locked := sshKey(t, "hunter2")
	key := newIdentity(t)
	broken := key.String()[:len(key.String())-3] + "QQQ"
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {" \n", "holds no identity"},
		"prose":         {"correct horse battery staple", "holds no identity"},
		"a letter off":  {broken, "holds no identity"},
		"recipient":     {key.Recipient().String(), "holds no identity"},
		"plugin":        {"AGE-PLUGIN-YUBIKEY-1QQQQ", "plugin"},
		"encrypted age": {string(sealed(t, []byte(key.String()), key.Recipient().String())), "passphrase"},
		"encrypted SSH": {locked, "passphrase"},
		"no SSH key":    {"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----", "no SSH key"},
	} {
		var i seal.Identities
		err := i.ParseIdentity(c.text, "SIGILFORM_IDENTITY")
		var e *failure.Failure
		if !errors.As(err, &e) || e.Code != failure.BadIdentity || e.Hint == "" || !strings.Contains(e.Summary, c.want) {
			t.Errorf("%s: %+v", name, err)
			continue
		}
		if told := e.Summary + e.Detail + e.Hint; len(strings.TrimSpace(c.text)) > 0 && strings.Contains(told, strings.TrimSpace(c.text)) {
			t.Errorf("%s: the identity is repeated: %s", name, told)
		}
	}
	var i seal.Identities
	if err := i.ReadIdentity(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "can't be read") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestBadRecipients(t *testing.T) {
	t.Parallel()
	key := newIdentity(t)
	_, private := sshKey(t, "")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("# nobody\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mixed := filepath.Join(t.TempDir(), "mixed")
	if err := os.WriteFile(mixed, []byte(key.Recipient().String()+"\nbob\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ word, want string }{
		"empty":         {"", "empty"},
		"a name":        {"bob@example.net", "not a recipient"},
		"a letter off":  {key.Recipient().String() + "q", "not a recipient"},
		"an identity":   {key.String(), "identity is not a recipient"},
		"a private key": {private, "identity is not a recipient"},
		"no SSH key":    {"ssh-ed25519 AAAA", "not an SSH key"},
		"no file":       {"@" + empty + ".not", "can't be read"},
		"empty file":    {"@" + empty, "holds no recipient"},
		"a line of it":  {"@" + mixed, "in line 2 of"},
	} {
		_, err := seal.ParseRecipients(t.Context(), []string{c.word})
		var e *failure.Failure
		if !errors.As(err, &e) || e.Code != failure.BadRecipient || e.Hint == "" || !strings.Contains(e.Summary, c.want) {
			t.Errorf("%s: %+v", name, err)
			continue
		}
		if strings.Contains(e.Summary+e.Detail+e.Hint, key.String()) {
			t.Errorf("%s: the identity is repeated", name)
		}
	}
	if none, err := seal.ParseRecipients(t.Context(), nil); err != nil || !none.None() {
		t.Errorf("no words are taken for recipients: %v", err)
	}
}

func FuzzDecrypt(f *testing.F) {
	key := newIdentity(f)
	with := identitiesOf(f, key.String())
	f.Add(sealed(f, []byte(secret), key.Recipient().String()))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 x\n"))
	f.Add([]byte("-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := opened(file, with)
		var e *failure.Failure
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not explained", err)
		}
		if err == nil && string(got) != secret {
			t.Fatal("a file that nobody wrote was decrypted")
		}
	})
}

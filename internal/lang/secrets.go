package lang

import (
	"regexp"
	"strings"
)

// Secret is one form of secret that nothing may hold in plain text.
type Secret struct {
	// Noun says what it is, with its article.
	Noun    string
	literal string
	pattern *regexp.Regexp
}

// Secrets knows the forms of well-known secrets.
type Secrets struct{ forms []Secret }

// NewSecrets compiles the forms. They are those with a fixed, published prefix:
// https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml, and the
// issuers' own pages, as
// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
// https://docs.gitlab.com/security/tokens/#token-prefixes
// https://docs.stripe.com/keys
// Nothing is guessed by entropy: a hash must not be taken for a token.
func NewSecrets() *Secrets {
	form := func(noun, literal, pattern string) Secret {
		return Secret{Noun: noun, literal: literal, pattern: regexp.MustCompile(pattern)}
	}
	return &Secrets{forms: []Secret{
		form("a private key in PEM form", "PRIVATE KEY", `-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY( BLOCK)?-----`),
		form("an age secret key", "AGE-SECRET-KEY-", `AGE-SECRET-KEY-(1|PQ-1)[0-9A-Za-z]{10,}`),
		form("a GitHub token", "gh", `\b(gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{20,})`),
		form("a GitLab token", "gl", `\b(glpat|gldt|glrt|glcbt|glptt|glft|glimt|glagent|glsoat|gloas|glffct)-[0-9A-Za-z_-]{20,}`),
		form("an AWS access key", "A", `\b(AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`),
		form("a Slack token", "xox", `\bxox[abeoprs]-[0-9A-Za-z-]{10,}`),
		form("a Slack app token", "xapp-", `\bxapp-\d-[0-9A-Z]+-\d+-[0-9A-Za-z]+`),
		form("a Stripe key", "k_", `\b(sk|rk)_(live|prod|test)_[0-9A-Za-z]{10,}`),
		form("a Google API key", "AIza", `\bAIza[0-9A-Za-z_-]{35}`),
		form("a Google OAuth secret", "GOCSPX-", `\bGOCSPX-[0-9A-Za-z_-]{20,}`),
		form("an npm token", "npm_", `\bnpm_[0-9A-Za-z]{36}`),
		form("a PyPI token", "pypi-", `\bpypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{20,}`),
		form("a Docker Hub token", "dckr_pat_", `\bdckr_pat_[0-9A-Za-z_-]{20,}`),
		form("a DigitalOcean token", "do", `\bdo[opr]_v1_[0-9a-f]{64}`),
		form("a HashiCorp Vault token", "hv", `\bhv[sb]\.[0-9A-Za-z_-]{24,}`),
		form("a HashiCorp Terraform token", ".atlasv1.", `[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{40,}`),
		form("a SendGrid key", "SG.", `\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`),
		form("an OpenAI key", "T3BlbkFJ", `\bsk-[0-9A-Za-z_-]*T3BlbkFJ[0-9A-Za-z_-]{20,}`),
		form("an Anthropic key", "sk-ant-", `\bsk-ant-[0-9A-Za-z_-]{20,}`),
		form("a Hugging Face token", "hf_", `\bhf_[A-Za-z]{34}`),
		form("a Telegram bot token", ":AA", `\b\d{8,10}:AA[0-9A-Za-z_-]{33}`),
	}}
}

// Found is one secret in a text.
type Found struct {
	Noun       string
	Start, End int
}

// Find returns the secrets of a text in the order of the forms. What it returns
// never holds the secret itself.
func (s *Secrets) Find(text string) []Found {
	var out []Found
	for _, f := range s.forms {
		if !strings.Contains(text, f.literal) {
			continue
		}
		for _, at := range f.pattern.FindAllStringIndex(text, -1) {
			out = append(out, Found{Noun: f.Noun, Start: at[0], End: at[1]})
		}
	}
	return out
}

// SecretName reports whether a name says that its value is a secret: its last
// word is password, secret, token or the like. token_ttl is none.
func SecretName(name string) bool {
	name = strings.ToLower(strings.Map(func(c rune) rune {
		if strings.ContainsRune("-_.", c) {
			return -1
		}
		return c
	}, name))
	for _, word := range []string{
		"password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "secretkey",
		"accesskey", "psk", "pwd", "secrets", "passwords", "tokens", "privkey",
	} {
		if strings.HasSuffix(name, word) {
			return true
		}
	}
	return false
}

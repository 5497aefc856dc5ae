package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/kv"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
)

// leads is a plan that leads to some endpoints.
func leads(user string, endpoints ...string) *plan.Plan {
	return &plan.Plan{Connection: plan.Connection{Endpoints: endpoints, Username: user, CAFile: "/net/ca.pem"}}
}

// giving is a plan whose call says where a password is.
func giving(before bool, endpoints ...string) *plan.Plan {
	p := leads("", endpoints...)
	calls := []kv.AuthOp{{Kind: kv.SetPassword, User: "dana", Password: &kv.PasswordSource{Env: "ANYTHING"}}}
	p.Access = &plan.Access{Revokes: calls}
	if before {
		p.Access = &plan.Access{Grants: calls}
	}
	return p
}

// TestNoPasswordWhereOnlyThePlanLeads: a plan file may be anybody's until its
// cluster has told what it is.
func TestNoPasswordWhereOnlyThePlanLeads(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "password")
	if err := os.WriteFile(file, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "network.hcl"), []byte("network \"t\" {}\netcd {\n  endpoints = [\"https://mine\"]\n  username  = \"root\"\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := Environment{"SIGILFORM_PASSWORD_FILE=" + file}
	ctl := Environment{"ETCDCTL_ENDPOINTS=mine", "ETCDCTL_CACERT=/ctl.pem", "ETCDCTL_USER=me:word"}
	for name, c := range map[string]struct {
		plan *plan.Plan
		env  Environment
		o    ApplyFileOptions
		from origin
		want string
	}{
		"a password":                 {leads("root", "https://theirs"), env, ApplyFileOptions{}, "", ""},
		"in a variable":              {leads("root", "https://theirs"), Environment{"SIGILFORM_PASSWORD=s3cret"}, ApplyFileOptions{}, "", ""},
		"by a flag":                  {leads("root", "https://theirs"), nil, ApplyFileOptions{Connection: Connection{PasswordFile: file}}, "", ""},
		"none there":                 {leads("root", "https://theirs"), nil, ApplyFileOptions{}, "", ""},
		"a socket":                   {leads("root", "unix:///theirs"), env, ApplyFileOptions{}, "", ""},
		"of a user before the data":  {giving(true, "https://theirs"), nil, ApplyFileOptions{}, "", ""},
		"of a user after the data":   {giving(false, "https://theirs"), nil, ApplyFileOptions{}, "", ""},
		"etcdctl is elsewhere":       {leads("root", "https://theirs"), ctl, ApplyFileOptions{}, "", ""},
		"etcdctl is there, in plain": {leads("root", "http://mine"), ctl, ApplyFileOptions{}, "", ""},

		"nothing is sent":   {leads("", "https://theirs"), env, ApplyFileOptions{}, fromPlan, "https://theirs user= password= ca=/net/ca.pem"},
		"etcdctl is there":  {leads("root", "https://other", "https://mine:2379"), append(ctl, env...), ApplyFileOptions{}, fromEtcdctl, "mine user=me password=word ca=/ctl.pem"},
		"the environment":   {leads("root", "https://theirs"), append(Environment{"SIGILFORM_ENDPOINTS=https://mine", "SIGILFORM_USER=ci"}, env...), ApplyFileOptions{}, fromEnv, "https://mine user=ci password=s3cret ca="},
		"flags":             {leads("root", "https://theirs"), nil, ApplyFileOptions{Connection: Connection{Endpoints: []string{"https://mine"}, User: "ci", PasswordFile: file}}, fromFlags, "https://mine user=ci password=s3cret ca="},
		"the configuration": {leads("eve", "https://theirs"), env, ApplyFileOptions{Source: Source{Path: folder}}, fromConfig, "https://mine user=root password=s3cret ca="},
		"embedded":          {&plan.Plan{Connection: plan.Connection{Embedded: "/net", Username: "root"}}, env, ApplyFileOptions{}, fromPlan, " user= password= ca="},
		"passwords, flags":  {giving(true, "https://theirs"), nil, ApplyFileOptions{Connection: Connection{Endpoints: []string{"https://mine"}}}, fromFlags, "https://mine user= password= ca="},
	} {
		e := &Engine{Env: c.env, Catalogue: schema.Network()}
		got, err := e.choosePlan(t.Context(), c.o, c.plan)
		if c.from == "" {
			if failure.Of(err).Code != failure.UnnamedCluster || got.config.Password != "" || !strings.Contains(err.Error(), c.plan.Connection.Endpoints[0]) {
				t.Errorf("%s: got %+v, %v", name, got.config, err)
			}
			continue
		}
		text := strings.Join(got.config.Endpoints, ",") + " user=" + got.config.Username + " password=" + got.config.Password + " ca=" + got.config.CAFile
		if err != nil || got.from != c.from || text != c.want {
			t.Errorf("%s: got %s from %s, %v; want %s from %s", name, text, got.from, err, c.want, c.from)
		}
	}
}

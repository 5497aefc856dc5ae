package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/webhook"
)

// newNotifier makes what tells a webhook, nil where none is named.
func (a *app) newNotifier(ctx context.Context, f *alarmFlags) (*webhook.Notifier, error) {
	url := f.webhook
	if url == "" {
		url = a.engine.Env.Get("SIGILFORM_WEBHOOK")
	}
	if url == "" {
		if f.secretFile != "" || f.state != "" {
			return nil, usage("No webhook given", "name the webhook with --webhook URL")
		}
		return nil, nil //nolint:nilnil // no webhook was given
	}
	target, err := webhook.ParseTarget(url)
	if err != nil {
		// The text is not repeated: such a URL often is a password.
		return nil, usage(fmt.Sprintf("--webhook needs a URL: %v", err), "write it as https://hooks.example.net/PATH")
	}
	secret, err := a.webhookSecret(ctx, f)
	if err != nil {
		return nil, err
	}
	state := webhook.NewState()
	if f.state != "" {
		if state, err = webhook.ReadState(f.state); err != nil {
			return nil, fmt.Errorf("--webhook-state: %w", err)
		}
	}
	return &webhook.Notifier{State: state, Sender: &webhook.Sender{
		Target: target, Secret: secret, Agent: "sigilform/" + a.engine.Version,
		Clock: a.engine.Clock, Sleep: retry.Pause, Random: a.engine.Random,
	}}, nil
}

// webhookSecret is the key of the signatures, nil where nothing is signed.
func (a *app) webhookSecret(ctx context.Context, f *alarmFlags) ([]byte, error) {
	if f.secretFile == "" {
		return []byte(a.engine.Env.Get("SIGILFORM_WEBHOOK_SECRET")), nil
	}
	text, err := intake.Read(ctx, f.secretFile, maxSecret)
	if err != nil {
		return nil, fmt.Errorf("--webhook-secret-file: %w", err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return nil, usage("The file of --webhook-secret-file is empty", "write the key into it as its only line")
	}
	return []byte(secret), nil
}

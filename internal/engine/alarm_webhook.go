package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/sigilgate/sigilform/internal/intake"
	"github.com/sigilgate/sigilform/internal/retry"
	"github.com/sigilgate/sigilform/internal/webhook"
)

// newNotifier makes what tells a webhook, nil where none is named.
func (e *Engine) newNotifier(ctx context.Context, o *Alarm) (*webhook.Notifier, error) {
	url := first(o.Webhook, e.Env.Get("SIGILFORM_WEBHOOK"))
	if url == "" {
		if o.WebhookSecret != "" || o.WebhookState != "" {
			return nil, misuse("No webhook given", "name the webhook with --webhook URL")
		}
		return nil, nil //nolint:nilnil // no webhook was given
	}
	target, err := webhook.ParseTarget(url)
	if err != nil {
		// The text is not repeated: such a URL often is a password.
		return nil, misuse(fmt.Sprintf("--webhook needs a URL: %v", err), "write it as https://hooks.example.net/PATH")
	}
	secret, err := e.webhookSecret(ctx, o.WebhookSecret)
	if err != nil {
		return nil, err
	}
	state := webhook.NewState()
	if o.WebhookState != "" {
		if state, err = webhook.ReadState(o.WebhookState); err != nil {
			return nil, fmt.Errorf("--webhook-state: %w", err)
		}
	}
	return &webhook.Notifier{State: state, Veil: e.Veil, Sender: &webhook.Sender{
		Target: target, Secret: secret, Agent: "sigilform/" + e.Version, Clock: e.Clock, Sleep: retry.Pause, Random: e.Random,
	}}, nil
}

// webhookSecret is the key of the signatures, empty where nothing is signed.
func (e *Engine) webhookSecret(ctx context.Context, file string) ([]byte, error) {
	if file == "" {
		return []byte(e.Env.Get("SIGILFORM_WEBHOOK_SECRET")), nil
	}
	text, err := intake.Read(ctx, file, maxPassword)
	if err != nil {
		return nil, unreadable("The key file", file, "a file for --webhook-secret-file that holds the key as its only line", err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if secret == "" {
		return nil, misuse("The file of --webhook-secret-file is empty", "write the key into it as its only line")
	}
	return []byte(secret), nil
}

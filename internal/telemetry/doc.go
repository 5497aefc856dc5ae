// Package telemetry says elsewhere what the program does: traces for
// OpenTelemetry, where the standard environment asks for them, and logs of
// stages on standard error, where a flag asks.
//
// It refuses to be in the way. Not asked, it makes no exporter, no goroutine
// and no connection. Asked, a collector that is not there costs a command at
// most a short time at its end, one line, and never its exit code. It sets
// nothing that is global, and hides the secrets that a render.Mask knows. What
// the OpenTelemetry SDK reads of the environment by itself it may print with
// its value: such variables are checked here before.
package telemetry

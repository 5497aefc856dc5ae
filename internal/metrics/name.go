package metrics

// The names of the metrics, as they are shown in docs/cli.md.
const (
	driftFields      = "sigilform_drift_fields"
	driftObjects     = "sigilform_drift_objects"
	unmanagedObjects = "sigilform_drift_unmanaged_objects"
	ignoredFields    = "sigilform_drift_ignored_fields"
	lastRun          = "sigilform_drift_last_run_timestamp_seconds"
	lastSuccess      = "sigilform_drift_last_success_timestamp_seconds"
	runDuration      = "sigilform_drift_run_duration_seconds"
	liveRevision     = "sigilform_live_revision"
	appliedSerial    = "sigilform_applied_serial"
)

// metric is what Prometheus is told of one name.
type metric struct {
	help   string
	labels []string
}

// known are the metrics by name. All are gauges: each says how it was found.
func known() map[string]metric {
	network := []string{"network"}
	each := []string{"network", "kind", "action"}
	return map[string]metric{
		driftFields:      {"Fields that left what was last applied, by what an apply would do to them.", each},
		driftObjects:     {"Objects that left what was last applied, by what an apply would do to them.", each},
		unmanagedObjects: {"Live objects that others made. They are not drift.", network},
		ignoredFields:    {"Drifted fields that a rule says to ignore.", network},
		lastRun:          {"When the last run ended, whatever became of it.", network},
		lastSuccess:      {"When the last run ended that could look, whether it found drift or not.", network},
		runDuration:      {"How long the last run took, whatever became of it.", network},
		liveRevision:     {"The cluster's revision that was last looked at.", network},
		appliedSerial:    {"The serial of the last apply.", network},
	}
}

package apply_test

import (
	"os"
	"testing"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

func TestMain(m *testing.M) { os.Exit(etcdtest.Main(m)) }

package kmskeys_test

import (
	"testing"

	"ecrmirror/testkit/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

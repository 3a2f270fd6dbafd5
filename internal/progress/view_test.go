package progress

import (
	"bytes"
	"os"
	"testing"
)

func TestAutoIsPlainWhereThereIsNoTerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, v := range []view{
		viewOf(Auto, file, noEnv), viewOf(Auto, null, noEnv), viewOf(Auto, &bytes.Buffer{}, noEnv),
		viewOf(Plain, file, noEnv),
	} {
		if _, ok := v.(*plain); !ok {
			t.Errorf("%T, want plain", v)
		}
	}
	if _, ok := viewOf(JSON, file, noEnv).(*jsonLines); !ok {
		t.Error("no JSON")
	}
}

package settings

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/pflag"

	"ecrmirror/internal/contract"
)

func TestPutImageRate(t *testing.T) {
	for _, c := range []struct {
		name        string
		args        []string
		environment string
		want        int
		wrong       string
	}{
		{"neither", nil, "", 10, ""},
		{"environment", nil, "200", 200, ""},
		{"flag", []string{"--put-image-rate", "50"}, "", 50, ""},
		{"both", []string{"--put-image-rate=50"}, "200", 50, ""},
		{"wrong environment", nil, "0", 10, `MIRROR_PUT_IMAGE_RATE is "0": must be 1 to 10000`},
		{"wrong environment that does not matter", []string{"--put-image-rate", "1"}, "fast", 1, ""},
	} {
		var f Registries
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.AddPutImageRate(flags, func(name string) string {
			return map[string]string{contract.EnvPutImageRate: c.environment}[name]
		})
		if err := flags.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		opts, optsErr := f.options(aws.Config{})
		if optsErr != nil {
			t.Error(optsErr)
		}
		err := f.CheckPutImageRate()
		if opts.PutImageRate != c.want || (err == nil) != (c.wrong == "") || err != nil && err.Error() != c.wrong {
			t.Errorf("%s: %d, %v", c.name, opts.PutImageRate, err)
		}
	}
	var f Registries
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.AddPutImageRate(flags, func(string) string { return "" })
	if err := flags.Parse([]string{"--put-image-rate", "10001"}); err == nil ||
		!strings.Contains(err.Error(), "must be 1 to 10000") {
		t.Error(err)
	}
	if opts, err := (&Registries{}).options(aws.Config{}); err != nil || opts.PutImageRate != 0 {
		t.Errorf("without the flag: %d, %v", opts.PutImageRate, err)
	}
}

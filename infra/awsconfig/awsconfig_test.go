package awsconfig

import (
	"os"
	"testing"
)

func TestLoad(t *testing.T) {
	for _, c := range []struct{ name, profile, region, wantRegion, wantErr string }{
		{name: "a region of the environment", region: "eu-west-1", wantRegion: "eu-west-1"},
		{name: "none, so the stack's", wantRegion: "us-east-1"},
		{
			name: "a profile that is nowhere", profile: "nosuch",
			wantErr: `AWS profile "nosuch" does not exist: set AWS_PROFILE to one of those in ~/.aws/config and ` +
				`~/.aws/credentials`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, value := range map[string]string{
				"AWS_PROFILE": c.profile, "AWS_REGION": c.region, "AWS_DEFAULT_REGION": "",
				"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
			} {
				t.Setenv(name, value)
			}
			cfg, err := Load(t.Context(), "us-east-1")
			switch {
			case c.wantErr != "":
				if err == nil || err.Error() != c.wantErr {
					t.Errorf("error %v, want %s", err, c.wantErr)
				}
			case err != nil || cfg.Region != c.wantRegion:
				t.Errorf("region %q, %v; want %q", cfg.Region, err, c.wantRegion)
			}
		})
	}
}

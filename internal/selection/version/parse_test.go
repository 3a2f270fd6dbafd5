package version_test

import (
	"fmt"
	"testing"

	"ecrmirror/internal/selection/version"
)

// TestParse has what tags of the world are: how many numbers, pre-release, build, variant.
func TestParse(t *testing.T) {
	for _, c := range []struct{ tag, want string }{
		{"1.27.3", "3"},
		{"v1.31.0", "3"},
		{"V2", "1"},
		{"17", "1"},
		{"24.04", "2"},
		{"1.9.7.4460", "4"},
		{"1.2.3.4.5.6", "6"},
		{"1.2.3.4.5.6.7", "not a version: more than 6 numbers"},
		{"1.27.3-alpine3.20", "3 variant=alpine3.20"},
		{"1.27.3-alpine3.20-slim", "3 variant=alpine3.20-slim"},
		{"22-bookworm-slim", "1 variant=bookworm-slim"},
		{"3.12.7-slim-bookworm", "3 variant=slim-bookworm"},
		{"8.4.0RC1-fpm-alpine3.20", "3 pre=rc.1 variant=fpm-alpine3.20"},
		{"17rc1", "1 pre=rc.1"},
		{"17beta3-alpine", "1 pre=beta.3 variant=alpine"},
		{"1.23rc2-bookworm", "2 pre=rc.2 variant=bookworm"},
		{"3.14.0a7", "3 pre=alpha.7"},
		{"3.14.0b01-slim", "3 pre=beta.1 variant=slim"},
		{"v1.31.0-rc.0", "3 pre=rc.0"},
		{"1.28.0-beta.2.3", "3 pre=beta.2.3"},
		{"4.0.0-rc-2-management", "3 pre=rc.2 variant=management"},
		{"3.14-rc-slim", "2 pre=rc variant=slim"},
		{"23-ea-17-jdk-slim", "1 pre=ea.17 variant=jdk-slim"},
		{"1.2.3-SNAPSHOT", "3 pre=snapshot"},
		{"3.0.0.M2", "3 pre=m.2"},
		{"6.0.0.CR1", "3 pre=rc.1"},
		{"6.0.0.Final", "3 variant=Final"},
		{"1.27-alpine-rc1", "2 pre=rc.1 variant=alpine"}, // not a release of a variant alpine-rc1
		{"1.24.1-dev", "3 pre=dev"},
		{"17.0.6_10-jdk-alpine", "3 build=10 variant=jdk-alpine"},
		{"21_35-jre", "1 build=35 variant=jre"},
		{"17.0.4.1_1-jdk", "4 build=1 variant=jdk"},
		{"3.21.0_rc1", "3 pre=rc.1"},
		{"3.21.0_alpha20241126-r0", "3 pre=alpha.20241126 build=0"},
		{"1.2.3_build.5", "3 build=build.5"},
		{"1.2.3_build-5", "3 build=build-5"},
		{"1.2.3-rc.1_abc123", "3 pre=rc.1 build=abc123"},
		{"1.2.3-4", "3 build=4"},
		{"9.5-1732804088", "2 build=1732804088"},
		{"1.27.3-debian-12-r4", "3 build=4 variant=debian-12"},
		{"1.2.3-5-gabcdef1", "3 build=5 variant=gabcdef1"},
		{"v0.0.0-20241126120000-abcdef123456", "3 build=20241126120000 variant=abcdef123456"},
		{"2024.11.1", "3"},
		{"20241126", "1 number"},
		{"202411", "1 number"},
		{"20241126.2", "2 number"},
		{"1234567", "1 number"}, // a commit of digits alone
		{"2024-11-26", "not a version: a date"},
		{"2024-11", "not a version: a date"},
		{"2024-11-26-alpine", "not a version: a date"},
		{"2022-CU16-ubuntu-22.04", "1 variant=CU16-ubuntu-22.04"},
		{"1e5f3a2", "not a version: a commit"},
		{"7b12345", "not a version: a commit"}, // and not 7 beta 12345
		{"3f2a9c1b5d7e8f0a1b2c3d4e5f60718293a4b5c6", "not a version: a commit"},
		{"16b2", "not a version"},
		{"latest", "not a version"},
		{"RELEASE.2024-11-07T00-52-20Z", "not a version"},
		{"sha-1234567", "not a version"},
		{"release-1.2.3", "not a version"},
		{"v", "not a version"},
		{"", "not a version"},
		{"1.27-", "not a version"},
		{"1.27.", "not a version"},
		{"1.27_", "not a version"},
		{"1.27_4-", "not a version"},
		{"1.27--alpine", "not a version"},
		{"1.1.1w", "not a version"},
		{"1.27alpine", "not a version"},
		{"12345678901234567890", "not a version"},
	} {
		if got := describe(c.tag); got != c.want {
			t.Errorf("%s: %s, want %s", c.tag, got, c.want)
		}
	}
}

func describe(tag string) string {
	v, err := version.Parse(tag)
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprint(v.Parts())
	for _, part := range []struct{ name, value string }{{"pre", v.Pre}, {"build", v.Build}, {"variant", v.Variant}} {
		if part.value != "" {
			text += " " + part.name + "=" + part.value
		}
	}
	if v.IsNumber() {
		text += " number"
	}
	return text
}

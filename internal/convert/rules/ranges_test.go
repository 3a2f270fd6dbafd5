package rules_test

import (
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/convert/rules"
	"ecrmirror/internal/selection"
)

func TestRanges(t *testing.T) {
	regsync, blang := rules.Regsync(), rules.Blang()
	for _, c := range []struct {
		dialect    rules.Dialect
		text, want string
	}{
		{regsync, ">=3.5.1 <4.0", ">=3.5.1 <4.0.0"},
		{regsync, "1.2", "=1.2.0"}, // exactly that, and not all of 1.2
		{regsync, "~1.2", "~1.2.0"},
		{regsync, "^0.2.3", "^0.2.3"},
		{regsync, "<=v2", "<=2.0.0"},
		{regsync, ">1.2", ">1.2.0 || >=100000.0.0"}, // 20241126 is a version to regsync
		{regsync, ">=20240101", ">=20240101.0.0"},
		{blang, ">=1.31.0 <1.31.9", ">=1.31.0 <1.31.9"},
		{blang, ">= 1.0.0 <2.0.0 || ==3.0.0", ">=1.0.0 <2.0.0 || =3.0.0"},
		{blang, "1.2.x", "1.2.x"},
		{blang, ">1.0.0 !1.5.0 <2.0.0", ">1.0.0 !=1.5.0 <2.0.0"},
	} {
		if got, err := c.dialect.Range(c.text); err != nil || got != c.want {
			t.Errorf("%q: %q, %v, want %q", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct {
		dialect    rules.Dialect
		text, want string
	}{
		{regsync, "", "is empty"},
		{regsync, "latest", "is not one of comparisons"},
		{regsync, ">=1.0.0-rc1", `goes on with "-rc1"`},
		{regsync, "1.2.3.4", `goes on with ".4"`},
		{regsync, "!=1.2.3", `the operator "!="`},
		{regsync, "1.0 || 2.0", "is not one of comparisons"},
		{regsync, "1.x", "has a wildcard"},
		{blang, "^1.2.3", `the operator "^"`},
		{blang, ">=1.x", "has a wildcard beside an operator"},
		{blang, "1.0.0 ||", "is empty"},
	} {
		if _, err := c.dialect.Range(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestReleases: the rules choose what github.com/Masterminds/semver has in the range, as skopeo asks it.
func TestReleases(t *testing.T) {
	within, err := rules.Open(">= 3.12.0")
	if err != nil {
		t.Fatal(err)
	}
	var tags []selection.Tag
	for _, tag := range []string{
		"3.12", "v3.12.1", "4", "3.11.9", "20241126", "3.13-alpine", "4.0.0-rc1", "3.12.0-4", "latest",
	} {
		tags = append(tags, selection.Tag{Name: tag})
	}
	choice, err := selection.Choose(rules.Releases(within), tags, time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(choice.Chosen(), " "); got != "20241126 3.12 4 v3.12.1" {
		t.Error(got)
	}
}

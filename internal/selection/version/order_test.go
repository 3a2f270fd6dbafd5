package version_test

import (
	"slices"
	"testing"

	"ecrmirror/internal/selection/version"
)

// TestCompare has lists of tags from the first to the last.
func TestCompare(t *testing.T) {
	for _, tags := range [][]string{
		{"17.9-alpine", "17.10-alpine", "17.11-alpine"}, // as text 17.11 comes before 17.9
		{"1.27", "1.27.0", "1.27.1", "1.27.1.1", "1.28"},
		{"2.1", "2.1.1", "2.2"},
		{"1.2.2", "1.2.3-alpha.1", "1.2.3-beta.2", "1.2.3-beta.11", "1.2.3-rc1", "1.2.3-RC10", "1.2.3", "1.2.3-1"},
		{"1.2.3-dev.9", "1.2.3-snapshot", "1.2.3-alpha", "1.2.3-beta", "1.2.3-rc", "1.2.3"},
		{"17.0.6", "17.0.6_9", "17.0.6_10", "17.0.7_1"},
		{"1.2.3_build.9", "1.2.3_build.10"},
		{"1234567", "20241126", "20241127.1", "1.27", "2024.11.1", "2024.12"},
		{"24.4", "24.04", "24.10"},
		{"1.2.3", "v1.2.3", "1.2.3-1", "1.2.3-r2", "1.2.3-10"},
		{"1.2.3.9", "1.2.3.10", "1.2.3.10.1"},
	} {
		got := slices.Clone(tags)
		slices.Reverse(got)
		slices.SortFunc(got, func(a, b string) int { return parsed(t, a).Compare(parsed(t, b)) })
		if !slices.Equal(got, tags) {
			t.Errorf("%q, want %q", got, tags)
		}
	}
}

func TestRange(t *testing.T) {
	for _, c := range []struct {
		text    string
		in, out []string
	}{
		{"*", []string{"1", "0.1", "1.2.3-rc1"}, []string{"20241126", "1234567"}},
		{
			"^1.27", []string{"1.27", "1.27.9", "1.30.0", "1.27.0.5"}, []string{
				"1.26.9",
				"2.0.0",
				"2.0.0-rc1",
				"1.27.0-rc1",
			},
		},
		{"1.27", []string{"1.27", "1.27.4"}, []string{"1.28", "1.26.9"}},
		{"1.27.x", []string{"1.27", "1.27.4"}, []string{"1.28", "1.26.9"}},
		{"~1.27.2", []string{"1.27.2", "1.27.4"}, []string{"1.27.1", "1.28.0"}},
		{">=16", []string{"16", "16.4", "17.2"}, []string{"15.9", "16beta1", "1732804088"}},
		{">=1.24 <2", []string{"1.24.0", "1.99"}, []string{"2", "2.0.0-rc1", "2.0.0"}},
		{">=1.24, <2 || >=3", []string{"1.25", "3.1"}, []string{"2.1"}},
		{"1.2 - 1.4", []string{"1.2", "1.4", "1.3.9"}, []string{"1.1.9", "1.5"}},
		{"!=1.3.1", []string{"1.3.0", "1.3.2"}, []string{"1.3.1"}},
		{">=24.04", []string{"24.04", "24.10", "25.04"}, []string{"23.10"}},
		{">=20240101", []string{"20241126", "20241126.1"}, []string{"20231231"}},
		{
			">=1.28.0-rc2", []string{"1.28.0-rc.2", "1.28.0RC10", "1.28.0", "1.29.0-beta1"}, []string{
				"1.28.0-rc1",
				"1.28.0-beta3",
			},
		},
		{">=1.28.0-0 <2", nil, nil}, // is no pre-release
		{"<=1.28.0-rc2", []string{"1.28.0-rc1", "1.27.9"}, []string{"1.28.0"}},
	} {
		r, err := version.ParseRange(c.text)
		if err != nil {
			if c.in != nil {
				t.Errorf("%s: %v", c.text, err)
			}
			continue
		}
		for _, tag := range c.in {
			if !r.Contains(parsed(t, tag)) {
				t.Errorf("%s does not have %s", c.text, tag)
			}
		}
		for _, tag := range c.out {
			if r.Contains(parsed(t, tag)) {
				t.Errorf("%s has %s", c.text, tag)
			}
		}
	}
}

func parsed(t *testing.T, tag string) version.Version {
	t.Helper()
	v, err := version.Parse(tag)
	if err != nil {
		t.Fatalf("%s: %v", tag, err)
	}
	return v
}

func TestParseRangeSaysWhatIsWrong(t *testing.T) {
	const tail = `; write for example "^1.27", ">=1.24 <2" or "*"`
	for text, want := range map[string]string{
		"":           `range "" is empty; any version is *`,
		" ":          `range " " is empty; any version is *`,
		"newest":     `range "newest" is not a range of versions`,
		">=1.27.0.1": `range ">=1.27.0.1" has 1.27.0.1, of more than three numbers: ranges compare three`,
		">=1.27-alpine": `range ">=1.27-alpine" has alpine, which is not a pre-release such as rc.1; a ` +
			"variant has a member of its own",
		"=>1.27 ||":   `range "=>1.27 ||" is not a range of versions`,
		"1.27 alpine": `range "1.27 alpine" is not a range of versions`,
		">=1.28.0-0": `range ">=1.28.0-0" has 0, which is not a pre-release such as rc.1; a variant has a ` +
			"member of its own",
	} {
		if _, err := version.ParseRange(text); err == nil || err.Error() != want+tail {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FuzzParse holds that no tag is a version and another one at the same place, and that reading ends.
func FuzzParse(f *testing.F) {
	for _, tag := range []string{
		"1.27.3-alpine", "17.0.6_10-jdk", "v1.31.0-rc.0", "3.14.0a7", "20241126", "1.2.3-4", "1.2.3-r4",
	} {
		f.Add(tag, tag+"-1", "^1.27")
	}
	f.Fuzz(func(t *testing.T, a, b, text string) {
		v, err := version.Parse(a)
		w, other := version.Parse(b)
		if err != nil || other != nil {
			return
		}
		if x, y := v.Compare(w), w.Compare(v); x != -y || (x == 0) != (a == b) {
			t.Errorf("%q and %q: %d, %d", a, b, x, y)
		}
		if r, err := version.ParseRange(text); err == nil {
			r.Contains(v)
		}
	})
}

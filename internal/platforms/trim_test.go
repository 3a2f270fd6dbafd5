package platforms_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"ecrmirror/internal/mirror/graph"
	"ecrmirror/internal/platforms"
)

// instance writes an element for a platform.
func instance(content, platform string) string {
	return fmt.Sprintf(`{"digest":%q,"platform":%s}`, digest.FromString(content), platform)
}

func listOf(elements ...string) []byte {
	return []byte(`{"manifests":[` + strings.Join(elements, ",") + `]}`)
}

const (
	amd64 = `{"os":"linux","architecture":"amd64"}`
	arm64 = `{"os":"linux","architecture":"arm64"}`
	s390x = `{"os":"linux","architecture":"s390x"}`
)

// What is dropped is told, and what is missing; a digest that an element has still is not gone.
func TestWhatIsDroppedIsReported(t *testing.T) {
	attestation := fmt.Sprintf(`{"digest":%q,"annotations":{"vnd.docker.reference.type":"attestation-manifest",`+
		`"vnd.docker.reference.digest":%q}}`, digest.FromString("x"), digest.FromString("b"))
	index := listOf(instance("a", amd64), instance("b", arm64), attestation, instance("a", s390x), instance("b", s390x))
	got, err := filterOf(t, []string{"linux/riscv64", "linux/amd64"}).Trim(index)
	if err != nil {
		t.Fatal(err)
	}
	a, b, x := digest.FromString("a"), digest.FromString("b"), digest.FromString("x")
	want := []string{
		b.String() + " (linux/arm64)", x.String() + " (attestation of " + b.String() + ")", a.String() + " (linux/s390x)",
		b.String() + " (linux/s390x)",
	}
	var dropped []string
	for _, e := range got.Dropped {
		dropped = append(dropped, e.String())
	}
	if !slices.Equal(dropped, want) || !slices.Equal(got.Missing, []string{"linux/riscv64"}) {
		t.Errorf("%q, missing %q", dropped, got.Missing)
	}
	if gone := got.Gone(); !slices.Equal(gone, []digest.Digest{b, x}) {
		t.Errorf("%s are gone", gone)
	}
}

func TestNoneOfThePlatformsIsThere(t *testing.T) {
	var many []string
	for i := range 30 {
		many = append(many, instance(fmt.Sprint(i), fmt.Sprintf(`{"os":"os%02d","architecture":"\u001b[31m"}`, i%25)))
	}
	for _, c := range []struct {
		index []byte
		want  string
	}{
		{listOf(instance("a", amd64), instance("b", s390x), instance("c", amd64)), "there is linux/amd64, linux/s390x"},
		{listOf(instance("a", amd64), instance("b", "{}")), "there is linux/amd64, no platform"},
		{
			listOf(`{"digest":"`+digest.FromString("x").String()+`","annotations":{`+
				`"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"`+
				digest.FromString("a").String()+`"}}`, instance("a", amd64)),
			"there is linux/amd64",
		},
		{listOf(), "it has no instance"},
		{listOf(many...), "there is os00/?[31m, os01/?[31m, "},
	} {
		_, err := filterOf(t, []string{"linux/arm64", "darwin/arm64"}).Trim(c.index)
		var none *platforms.NoneError
		if !errors.As(err, &none) || !strings.HasPrefix(err.Error(), "no instance for darwin/arm64, linux/arm64: "+c.want) ||
			len(err.Error()) > 1000 || strings.Contains(err.Error(), "no platform") != strings.Contains(c.want, "no platform") {
			t.Errorf("%v, want %s", err, c.want)
		}
		if none != nil && len(none.There) == 20 && (none.More != 5 || !strings.HasSuffix(err.Error(), " and 5 more")) {
			t.Errorf("%v, and %d more", err, none.More)
		}
	}
}

// A member that counts is refused where it comes twice, or in other letters, at every place.
func TestWhatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	const id = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	for place, members := range map[string]string{
		`{"manifests":[],%s}`: "schemaVersion mediaType config layers fsLayers history",
		`{%s}`:                "manifests",
		`{"manifests":[{"digest":"` + id + `",%s}]}`:                 "mediaType size urls data platform annotations",
		`{"manifests":[{%s}]}`:                                       "digest",
		`{"manifests":[{"digest":"` + id + `","platform":{%s}}]}`:    "os architecture variant os.version",
		`{"manifests":[{"digest":"` + id + `","annotations":{%s}}]}`: "vnd.docker.reference.type vnd.docker.reference.digest",
	} {
		for member := range strings.FieldsSeq(members) {
			for _, twice := range []string{
				fmt.Sprintf(`%q:null,%[1]q:null`, member), fmt.Sprintf(`%q:null`, strings.ToUpper(member)),
				fmt.Sprintf(`%q:null,"\u%04x%s":null`, member, member[0], member[1:]),
			} {
				index := fmt.Sprintf(place, twice)
				_, err := filterOf(t, []string{"linux/amd64"}).Trim([]byte(index))
				if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("it is ambiguous: %q comes twice", member)) {
					t.Errorf("%s: %v", index, err)
				}
			}
		}
	}
}

// What has more than the copy engine takes is refused, and little is made of it.
func TestLimits(t *testing.T) {
	if platforms.MaxIndex != graph.MaxManifest {
		t.Errorf("an index has %d bytes, and a manifest %d", platforms.MaxIndex, graph.MaxManifest)
	}
	long := strings.Repeat("x", 2000)
	many := strings.Repeat(`"":0,`, 1000)
	for name, c := range map[string]struct{ index, want string }{
		"bytes":    {`{"manifests":[]` + strings.Repeat(" ", platforms.MaxIndex) + `}`, "index has 4194320 bytes"},
		"depth":    {`{"manifests":[],"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, "depth"},
		"elements": {`{"manifests":[` + strings.Repeat("{},", 300_000) + `{}]}`, `manifests[0]: digest ""`},
		"values":   {string(listOf(`{` + many + `"digest":"x"}`)), "manifests[0]: 1002 values, and it may have 1000"},
		"type":     {`{"mediaType":"` + long + `","manifests":[]}`, "mediaType: no text where one should be, or one of"},
		"other":    {`{"mediaType":"a\u001bb","manifests":[]}`, `it is no index: its mediaType is "a?b"`},
		"list":     {`[]`, "it is no index"},
		"platform": {string(listOf(instance("a", "[]"))), `manifests[0]: platform: no object where one should be`},
		"digest":   {string(listOf(`{"digest":"` + long[:900] + `"}`)), `manifests[0]: digest "xxx`},
		"os":       {string(listOf(instance("a", `{"os":"`+long+`"}`))), `manifests[0]: platform: os: no text where one`},
		"annotation": {
			string(listOf(`{"annotations":{"vnd.docker.reference.digest":[]}}`)),
			`manifests[0]: annotations: vnd.docker.reference.digest: no text where one should be`,
		},
	} {
		var err error
		trim := func() { _, err = filterOf(t, []string{"linux/amd64"}).Trim([]byte(c.index)) }
		if allocations := testing.AllocsPerRun(1, trim); allocations > 200 {
			t.Errorf("%s: %v allocations", name, allocations)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 300 {
			t.Errorf("%s: %.400v, want %s", name, err, c.want)
		}
	}
}

// However many elements there are, an index is trimmed in time and memory by its size.
func TestAFullIndex(t *testing.T) {
	elements := make([]string, 0, 40_000)
	for len(elements) < cap(elements)/2 {
		elements = append(elements, instance("a", "{}"), instance("b", "{}"))
	}
	index := listOf(elements...)
	if len(index) > platforms.MaxIndex {
		t.Fatal(len(index))
	}
	got, err := filterOf(t, []string{"linux/amd64"}).Trim(index)
	if err != nil || len(got.Kept) != len(elements) {
		t.Errorf("%d kept, %v", len(got.Kept), err)
	}
}

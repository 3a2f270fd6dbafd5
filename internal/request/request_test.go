package request_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"ecrmirror/internal/imagename"
	"ecrmirror/internal/request"
)

// TestARequestIsReadBackFromItsParameters has arguments as people and jobs write them, and the destinations that
// remain.
func TestARequestIsReadBackFromItsParameters(t *testing.T) {
	for _, c := range []struct {
		source string
		given  []string
		kept   string
		names  string
	}{
		{"alpine", []string{"r.io/a:1"}, "r.io/a:1", "r.io/a:1"},
		{
			"alpine:3",
			[]string{"r.io/b, r.io/a:1,", "oci:x:y"},
			"r.io/b,r.io/a:1,oci:x:y",
			"r.io/b:latest r.io/a:1 oci:x:y",
		},
		{"dir:x", []string{"b:1,docker.io/library/b:1", "b:1"}, "b:1", "docker.io/library/b:1"},
	} {
		r, err := request.Parse(c.source, c.given...)
		if err != nil {
			t.Fatal(err)
		}
		parameters := r.Parameters()
		if want := map[string]string{"source": c.source, "dest": c.kept}; !maps.Equal(parameters, want) {
			t.Errorf("%s, %q: parameters %v, want %v", c.source, c.given, parameters, want)
		}
		again, err := request.Parse(parameters["source"], parameters["dest"])
		if err != nil || again.Name() != r.Name() || !slices.Equal(again.Destinations, r.Destinations) {
			t.Errorf("%v is read back as %v, %v", r, again, err)
		}
		var names []string
		for _, name := range r.DestinationNames() {
			names = append(names, name.String())
		}
		if got := strings.Join(names, " "); got != c.names {
			t.Errorf("%s, %q: destinations %s, want %s", c.source, c.given, got, c.names)
		}
		source, destinations, options := request.Asked(parameters)
		if source != r.Source() || !slices.Equal(destinations, r.DestinationTexts()) || options != "{}" {
			t.Errorf("%v asks for %s, %q, %s", parameters, source, destinations, options)
		}
	}
}

func TestAWrongArgumentIsNamedByItsSide(t *testing.T) {
	for _, c := range []struct{ source, destination, want string }{
		{"UPPER", "r.io/a:1", `source: image name "UPPER": `},
		{"", "r.io/a:1", `source: image name "": is empty`},
		{"r.io/a:1", "r.io/b:1,UPPER", `destination: image name "UPPER": `},
		{"r.io/a:1", " , ", `destination: image name " , ": is empty`},
		{
			"alpine", "r.io/a:1,docker.io/library/alpine:latest",
			"destination docker.io/library/alpine:latest is the source itself",
		},
	} {
		if _, err := request.Parse(c.source, c.destination); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q, %q: %v, want %s", c.source, c.destination, err, c.want)
		}
	}
}

func TestNamesAreTheTextsOfARequestOfNames(t *testing.T) {
	parse := func(text string) imagename.Name {
		name, err := imagename.ParseImage(text)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	r := request.New(parse("alpine"), parse("dir:x"), parse("r.io/a"))
	if want := map[string]string{
		"source": "docker.io/library/alpine:latest",
		"dest":   "dir:x,r.io/a:latest",
	}; !maps.Equal(r.Parameters(), want) {
		t.Errorf("%v, want %v", r.Parameters(), want)
	}
}

func TestPiecesAreAsFewAndAsLongAsTheyMayBe(t *testing.T) {
	for longest, want := range map[int]string{
		6:  "aa bb cc dd", // s:1 and one of two characters, with no room for a comma and another
		8:  "aa,bb cc,dd",
		10: "aa,bb cc,dd",
		11: "aa,bb,cc dd",
		14: "aa,bb,cc,dd",
	} {
		pieces, err := asking("s:1", one, "cc", "aa", "dd", "bb").Split(longest)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, piece := range pieces {
			got = append(got, piece.Parameters()["dest"])
			if piece.Stem() != asking("s:1", one).Stem() {
				t.Errorf("at most %d: a piece is of another image", longest)
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("at most %d: %s, want %s", longest, text, want)
		}
	}
	const want = "source and destination are too long for a job: 5 characters, at most 4"
	if _, err := asking("s:1", one, "aa").Split(4); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

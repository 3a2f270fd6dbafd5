package spelling_test

import (
	"testing"

	"ecrmirror/internal/spelling"
)

func TestMeant(t *testing.T) {
	for written, want := range map[string]string{
		"minAge":     ` (did you mean "minimumAge"?)`,
		"minimumage": ` (did you mean "minimumAge"?)`,
		"minimunAgs": ` (did you mean "minimumAge"?)`,
		"NEWEST":     ` (did you mean "newest"?)`,
		"newst":      ` (did you mean "newest"?)`,
		"order":      ` (there are minimumAge, newest, by)`,
	} {
		if got := spelling.Meant(written, "minimumAge", "newest", "by"); got != want {
			t.Errorf("%s: %s, want %s", written, got, want)
		}
	}
}

func TestSlip(t *testing.T) {
	for written, want := range map[string]string{
		"Tags": "", "tags": "Tags", "Tag": "Tags", "TAG": "Tags",
		"Tagss": "Tags", "Tagses": "Tags", "Tasg": "Tags", "Taggs": "Tags",
		"Expire": "Expires", "Expiress": "Expires", "Expireses": "Expires", "Team": "", "": "", "T": "", "Note": "",
	} {
		if got := spelling.Slip(written, "Tags", "Expires"); got != want {
			t.Errorf("%s: %q, want %q", written, got, want)
		}
	}
}

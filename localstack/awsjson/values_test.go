package awsjson_test

import (
	"regexp"
	"testing"
	"time"

	"ecrmirror/localstack/awsjson"
)

func TestIDsAreRandomUUIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 100 {
		id := awsjson.NewID()
		if !form.MatchString(id) || seen[id] {
			t.Error(id)
		}
		seen[id] = true
	}
}

func TestSecondsHaveMilliseconds(t *testing.T) {
	if got := awsjson.Seconds(time.Unix(5, 123_999_999)); got != 5.123 {
		t.Error(got)
	}
}

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestAddressIsWhereLocalstackHasTheImage(t *testing.T) {
	d, _ := newDemo(t, "")
	host := d.server.Addr()
	for _, tc := range []struct{ image, want string }{
		{d.home("team/app:1"), host + "/111122223333/us-east-1/team/app:1"},
		{d.abroad("app@sha256:12"), host + "/111122223333/eu-west-1/app@sha256:12"},
		{d.foreign("app"), host + "/777788889999/us-east-1/shared/app"},
		{d.partner("app:1"), host + "/partner/app:1"},
		{"docker.io/library/alpine:3", "docker.io/library/alpine:3"},
	} {
		if got := d.address(tc.image); got != tc.want {
			t.Errorf("%s is at %s, want %s", tc.image, got, tc.want)
		}
	}
}

func TestCopyOfASourceHasItsNameAndTag(t *testing.T) {
	for _, tc := range []struct{ image, want string }{
		{"alpine", "extra/library/alpine:latest"},
		{"docker.io/library/alpine:3", "extra/library/alpine:3"},
		{"docker://quay.io/org/team/app:1.2", "extra/org/team/app:1.2"},
		{"alpine@sha256:" + strings.Repeat("0", 64), "extra/library/alpine:latest"},
	} {
		got, err := copyName(tc.image)
		if got != tc.want || err != nil {
			t.Errorf("copy of %s is %s, want %s; error %v", tc.image, got, tc.want, err)
		}
	}
	if got, err := copyName("UPPER"); err == nil {
		t.Errorf("copy of an impossible name is %s", got)
	}
}

func TestEntriesAreWrittenInEveryWay(t *testing.T) {
	now := time.Unix(1000, 0)
	source := &types.AttributeValueMemberS{Value: "s"}
	a, b := &types.AttributeValueMemberS{Value: "a"}, &types.AttributeValueMemberS{Value: "b"}
	both := []string{"a", "b"}
	for _, tc := range []struct {
		entry entry
		want  map[string]types.AttributeValue
	}{
		{entry{written: asString, destinations: both[:1]}, map[string]types.AttributeValue{"Destination": a}},
		{
			entry{written: asCommas, destinations: both},
			map[string]types.AttributeValue{"Destination": &types.AttributeValueMemberS{Value: "a,b"}},
		},
		{
			entry{written: asSet, destinations: both},
			map[string]types.AttributeValue{"Destination": &types.AttributeValueMemberSS{Value: both}},
		},
		{
			entry{written: asList, destinations: both},
			map[string]types.AttributeValue{
				"Destination": &types.AttributeValueMemberL{Value: []types.AttributeValue{a, b}},
			},
		},
		{
			entry{written: notWritten, expires: -time.Second},
			map[string]types.AttributeValue{"Expires": &types.AttributeValueMemberN{Value: "999"}},
		},
	} {
		tc.entry.source, tc.want["Source"] = "s", source
		ignore := cmpopts.IgnoreUnexported(
			types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberSS{},
			types.AttributeValueMemberL{})
		if d := cmp.Diff(tc.want, tc.entry.item(now), ignore); d != "" {
			t.Errorf("item of %+v (-want +got):\n%s", tc.entry, d)
		}
	}
}

func TestLogsAreCutButErrorsAreNot(t *testing.T) {
	long := strings.Repeat("x", 2*maxLog)
	failed := `{"level":"ERROR","msg":"` + long
	got := strings.Split(abridge(`{"level":"INFO","msg":"`+long+"\n"+failed+"\nshort"), "\n")
	if len(got[0]) > maxLog+len("…") || got[1] != failed || got[2] != "short" {
		t.Errorf("log %q", got)
	}
	if got, want := lastLines(strings.Repeat("line\n", 2*logLines)), strings.Repeat("line\n",
		logLines); got+"\n" != want {
		t.Errorf("last lines %q", got)
	}
}

func TestSizesAreForPeople(t *testing.T) {
	for _, tc := range []struct {
		size int64
		want string
	}{{0, "0 B"}, {1023, "1023 B"}, {1536, "1.5 KiB"}, {5 << 20, "5.0 MiB"}} {
		if got := bytesOf(tc.size); got != tc.want {
			t.Errorf("%d bytes are %s, want %s", tc.size, got, tc.want)
		}
	}
	if got := count(1, "job") + ", " + count(0, "job"); got != "1 job, 0 jobs" {
		t.Error(got)
	}
}

package ledgertable_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"ecrmirror/internal/ledger"
	"ecrmirror/internal/ledgertable"
	"ecrmirror/localstack/server"
	"ecrmirror/testkit/servertest"
)

// clientOf returns DynamoDB's API as a session of a role of the deployment has it.
func clientOf(t *testing.T, s *server.Server, role string) *dynamodb.Client {
	t.Helper()
	c, err := s.Credentials(role)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.Config()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(c.KeyID, c.Secret, c.Token)
	return dynamodb.NewFromConfig(cfg)
}

// filled is the ledger of a deployment with a record of an image's source and one of its destination.
func filled(t *testing.T, role string) (*server.Server, *ledgertable.Table) {
	t.Helper()
	s := servertest.Start(t, server.Options{Roles: "default"})
	table := ledgertable.New(clientOf(t, s, role), name)
	if _, err := table.WriteSource(t.Context(), key, ledger.Source{}, source); err != nil {
		t.Fatal(err)
	}
	if _, err := table.WriteDestination(t.Context(), key, ledger.Destination{}, full); err != nil {
		t.Fatal(err)
	}
	return s, table
}

var (
	source = ledger.Source{Digest: one, Since: now, Before: two}
	// written is the record of the source after filled.
	written = ledger.Source{Digest: one, Since: now, Before: two, Revision: 1}
)

// kept is the record of the destination after filled.
func kept() ledger.Destination {
	d := full
	d.Revision = 1
	return d
}

// is compares what a ledger holds.
func is(t *testing.T, table *ledgertable.Table, want ledger.Destination) {
	t.Helper()
	r, err := table.Read(t.Context(), []ledger.Key{key}, []ledger.Key{key})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledgertable.Records{
		Sources:      map[ledger.Key]ledger.Source{key: written},
		Destinations: map[ledger.Key]ledger.Destination{key: want},
	}, r); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestTheControllersRolesKeepTheLedger: they do all that the table does for the controller, and replace and delete
// nothing.
func TestTheControllersRolesKeepTheLedger(t *testing.T) {
	for _, role := range []string{"ControllerRole", "FunctionRole"} {
		s, table := filled(t, role)
		is(t, table, kept())
		released := kept()
		released.Hold = ledger.Hold{}
		released, err := table.WriteDestination(t.Context(), key, kept(), released)
		if err != nil {
			t.Fatal(err)
		}
		var other ledger.Destination
		if there, err := table.WriteDestination(t.Context(), key, other, full); !errors.Is(err,
			ledgertable.ErrOvertaken) || there != released {
			t.Errorf("%s: %v, %+v", role, err, there)
		}
		for _, c := range wholesale {
			refused(t, role+": "+c.what, c.call(t.Context(), clientOf(t, s, role)))
		}
		is(t, table, released)
	}
}

// TestAJobsRoleWritesOutcomesAndNothingElse makes the calls of a job, and then those of somebody who has its
// credentials and wants more.
func TestAJobsRoleWritesOutcomesAndNothingElse(t *testing.T) {
	s, table := filled(t, "ControllerRole")
	api := clientOf(t, s, "MirrorRole")
	job := ledgertable.New(api, name)
	if err := job.WriteOutcome(t.Context(), key, outcome); err != nil {
		t.Fatal(err)
	}
	if hold, err := job.ReadHold(t.Context(), key); err != nil || hold != full.Hold {
		t.Errorf("%+v, %v", hold, err)
	}
	want := kept()
	want.Outcome = outcome
	is(t, table, want)
	for _, c := range append(append(forged, looks...), wholesale...) {
		refused(t, c.what, c.call(t.Context(), api))
	}
	for what, write := range map[string]func() error{
		"first seen, by the program": func() error {
			_, err := job.WriteSource(t.Context(), key, source, ledger.Source{Digest: two, Since: now})
			return err
		},
		"a hold released by the program": func() error {
			_, err := job.WriteDestination(t.Context(), key, want, ledger.Destination{})
			return err
		},
		"all, by the program": func() error {
			_, err := job.Read(t.Context(), []ledger.Key{key}, []ledger.Key{key})
			return err
		},
	} {
		if err := write(); err == nil || !strings.Contains(err.Error(), "AccessDenied") {
			t.Errorf("%s: %v", what, err)
		}
	}
	is(t, table, want)
}

// refused fails the test unless DynamoDB denied the call.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDeniedException" ||
		!strings.Contains(api.ErrorMessage(), "no identity-based policy allows") {
		t.Errorf("%s: %v", what, err)
	}
}

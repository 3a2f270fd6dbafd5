package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
)

const (
	tasks  = "ecs-tasks.amazonaws.com"
	mirror = "arn:aws:iam::111122223333:role/team/mirror"
	theirs = "arn:aws:iam::444455556666:role/theirs"
)

func document(statement string) string {
	return `{"Version":"2012-10-17","Statement":[` + statement + `]}`
}

func newDirectory(t *testing.T) *identity.Directory {
	t.Helper()
	d := identity.New(func() time.Time { return time.Unix(1_000, 0) })
	for _, r := range []identity.Role{
		{
			ARN: mirror,
			Trust: document(`{"Effect":"Allow","Principal":{"Service":"` + tasks +
				`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}}}`),
			Policies: map[string]string{"DefaultPolicy": document(
				`{"Sid":"Reach","Effect":"Allow","Action":"sts:AssumeRole","Resource":"` + theirs + `"}`)},
		},
		{
			ARN: theirs,
			Trust: document(`{"Effect":"Allow","Principal":{"AWS":"` + mirror +
				`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"ours"}}}`),
		},
	} {
		if err := d.PutRole(r); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestAServiceTakesARoleWhichTakesAnother(t *testing.T) {
	d := newDirectory(t)
	service := iam.Principal{ARN: tasks, Service: tasks}
	if _, err := d.Assume(identity.Assumption{
		Caller: service, Role: mirror, Session: "job",
		SourceAccount: "444455556666",
	}); err == nil {
		t.Error("for another account")
	}
	c, err := d.Assume(identity.Assumption{
		Caller: service, Role: mirror, Session: "job", SourceAccount: "111122223333", Lifetime: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	key, ok := d.Key(c.KeyID, "aws")
	if !ok || key.Secret != c.Secret || key.Token != c.Token || !key.Expires.Equal(time.Unix(1_060, 0)) ||
		key.Principal.ARN != "arn:aws:sts::111122223333:assumed-role/mirror/job" ||
		key.Principal.Account != "111122223333" {
		t.Errorf("%+v", key)
	}
	wish := identity.Assumption{Caller: key.Principal, Role: theirs, Session: "job", ExternalID: "ours"}
	if _, err := d.Assume(wish); err != nil {
		t.Error(err)
	}
	wish.ExternalID = "other"
	_, err = d.Assume(wish)
	var denied *identity.Denied
	if !errors.As(err, &denied) || !strings.HasSuffix(err.Error(),
		"on resource: "+theirs+" because no role trust policy allows the sts:AssumeRole action") {
		t.Error(err)
	}
	if used := d.Used(); len(used) != 1 || used[0] != (identity.Use{
		Role: mirror, Action: "sts:AssumeRole",
		Statement: "DefaultPolicy/Reach",
	}) {
		t.Errorf("used %v", used)
	}
}

func TestARoleThatIsGone(t *testing.T) {
	d := newDirectory(t)
	c, err := d.Assume(identity.Assumption{
		Caller: iam.Principal{Service: tasks}, Role: mirror, Session: "job", SourceAccount: "111122223333",
	})
	if err != nil {
		t.Fatal(err)
	}
	key, _ := d.Key(c.KeyID, "aws")
	request := iam.Request{Principal: key.Principal, Action: "sts:AssumeRole", Resource: theirs}
	if err := d.Authorize(request, nil); err != nil {
		t.Error(err)
	}
	if len(d.Roles("111122223333")) != 1 || !d.DeleteRole(mirror) || d.DeleteRole(mirror) ||
		len(d.Roles("111122223333")) != 0 {
		t.Error("not deleted once")
	}
	if err := d.Authorize(request, nil); err == nil {
		t.Error("its session may still")
	}
	if _, err := d.Assume(identity.Assumption{
		Caller: iam.Principal{Service: tasks}, Role: mirror,
		Session: "job",
	}); err == nil {
		t.Error("it can still be assumed")
	}
}

func TestMalformedRoles(t *testing.T) {
	d := identity.New(nil)
	good := document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)
	for _, r := range []identity.Role{
		{ARN: "arn:aws:iam::111122223333:user/mirror", Trust: good},
		{ARN: mirror, Trust: "{}"},
		{ARN: mirror, Trust: good, Policies: map[string]string{"P": "{"}},
	} {
		if err := d.PutRole(r); err == nil {
			t.Errorf("%+v was taken", r)
		}
	}
}

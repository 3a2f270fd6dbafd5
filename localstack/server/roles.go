package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/batch"
	"ecrmirror/localstack/iam"
	"ecrmirror/localstack/identity"
	"ecrmirror/localstack/roles"
)

// Services that take roles.
const (
	tasksService  = "ecs-tasks.amazonaws.com"
	eventsService = "events.amazonaws.com"
	lambdaService = "lambda.amazonaws.com"
	peopleService = "sso.amazonaws.com" // stands for however people sign in
)

// sessionLife is how long a session lasts that a service has taken. Services renew them;
// here it is as long as a session can be.
const sessionLife = 12 * time.Hour

// deployment is what roles' policies name.
func (s *Server) deployment() roles.Deployment {
	return roles.Deployment{
		Partition: awsjson.Partition(s.opts.Region), Region: s.opts.Region, Account: s.opts.Account,
		URLSuffix: "amazonaws.com",
		Names: map[string]string{
			"Entries": tableName, "Ledger": ledgerName, "MirrorQueue": mirrorQueue, "ControlQueue": controllerQueue,
			"MirrorJob": mirrorDefinition, "SweepJob": controllerDefinition, "EventJob": eventDefinition,
			"MirrorLogs": mirrorLogs, "ControllerLogs": controllerLogs, "FunctionLogs": "/ecrmirror/push",
			"PushDeadLetters":           "push-dead-letters",
			"ReceiptKey":                ReceiptKeyID,
			"SettingAllowedSources":     "setting-allowed-sources",
			"SettingCreateRepositories": "setting-create-repositories",
			"SettingVerify":             "setting-verify",
		},
	}
}

// UseRoles makes the roles of the deployment those of a variant of its settings, as an
// update of the stack does, and those of people. See [Options].Roles.
func (s *Server) UseRoles(variant string) error {
	list, err := s.deployment().Load(variant)
	if err != nil {
		return err
	}
	people, err := s.deployment().People()
	if err != nil {
		return err
	}
	for _, r := range append(list, people...) {
		if err := s.identities.PutRole(r); err != nil {
			return err
		}
	}
	return nil
}

// Grant lets a role of the deployment do more: the actions, to everything. It is for tests
// whose settings no variant has.
func (s *Server) Grant(role string, actions ...string) error {
	r, _ := s.identities.Role(s.Role(role))
	if r.Policies == nil {
		return fmt.Errorf("no role %s", role)
	}
	r.Policies["Granted"] = document(map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"})
	return s.identities.PutRole(r)
}

// TrustedRole makes a role in any account that may do the actions to everything there, and
// that trusts the deployment's mirror and controller roles, if they tell the external id;
// "" asks for none.
func (s *Server) TrustedRole(arn, externalID string, actions ...string) error {
	trust := map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole",
		"Principal": map[string]any{
			"AWS": []string{s.Role("MirrorRole"), s.Role("ControllerRole"), s.Role("FunctionRole")},
		},
	}
	if externalID != "" {
		trust["Condition"] = map[string]any{"StringEquals": map[string]any{"sts:ExternalId": externalID}}
	}
	return s.identities.PutRole(identity.Role{
		ARN: arn, Trust: document(trust),
		Policies: map[string]string{
			"Policy": document(map[string]any{"Effect": "Allow", "Action": actions, "Resource": "*"}),
		},
	})
}

// document is a policy of one statement.
func document(statement map[string]any) string {
	text, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}}) // it is all strings
	return string(text)
}

// Identities are the roles of all accounts.
func (s *Server) Identities() *identity.Directory { return s.identities }

// Role returns the ARN of a role of the deployment, such as MirrorRole, or of people's: Viewer,
// Editor, Planner or Submitter.
func (s *Server) Role(name string) string { return s.deployment().ARN(name) }

// Credentials returns those of a new session of a role of the deployment, or of people's, as
// whoever takes it gets them.
func (s *Server) Credentials(role string) (identity.Credentials, error) {
	service := peopleService
	switch {
	case role == "FunctionRole":
		service = lambdaService
	case role == "EventsRole":
		service = eventsService
	case strings.HasSuffix(role, "Role"):
		service = tasksService
	}
	c, err := s.takenBy(service, s.Role(role), "localstack", s.opts.Account)
	if err != nil {
		return c, fmt.Errorf("taking the role %s: %w", role, err)
	}
	return c, nil
}

// takenBy has a service of AWS take a role on behalf of an account.
func (s *Server) takenBy(service, role, session, account string) (identity.Credentials, error) {
	return s.identities.Assume(identity.Assumption{
		Caller: iam.Principal{ARN: service, Service: service}, Role: role, Session: session, Lifetime: sessionLife,
		SourceAccount: account,
	})
}

// startTask returns the environment of a job, with the credentials of its role: as Amazon ECS
// starts a task. The error is why it can't be started, in ECS's words.
func (s *Server) startTask(t batch.Task) ([]string, error) {
	env := s.jobEnvironment(t.Region)
	if t.ExecutionRole != "" {
		if err := s.mayLog(t); err != nil {
			return nil, fmt.Errorf("ResourceInitializationError: failed to validate logger args: %w", err)
		}
	}
	if t.Role == "" {
		return env, nil // it has no credentials
	}
	c, err := s.takenBy(tasksService, t.Role, t.ID, t.Account)
	if err != nil {
		return nil, cannotAssume(t.Role)
	}
	return append(env, c.Environment()...), nil
}

func cannotAssume(role string) error {
	return fmt.Errorf("ECS was unable to assume the role '%s' that was provided for this task. "+
		"Please verify that the role being passed has the proper trust relationship and permissions "+
		"and that your IAM user has permissions to pass this role", role)
}

// mayLog checks that the execution role may write the log of a task. Images are no part of
// localstack, so that its right to pull them is not asked for.
func (s *Server) mayLog(t batch.Task) error {
	c, err := s.takenBy(tasksService, t.ExecutionRole, t.ID, t.Account)
	if err != nil {
		return cannotAssume(t.ExecutionRole)
	}
	key, _ := s.identities.Key(c.KeyID, awsjson.Partition(t.Region))
	group := awsjson.Caller{Account: t.Account, Region: t.Region}.ARN("logs", "log-group:"+t.LogGroup)
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		access := iam.Access{Action: action, Resource: group + ":log-stream:" + t.LogGroup + "/default/" + t.ID}
		if err := s.allow(key.Principal, t.Region, access); err != nil {
			return err
		}
	}
	return nil
}

// submitAsEvents submits a job as EventBridge does, by the role of the seeded rule.
func (s *Server) submitAsEvents(account, region string, in batch.SubmitJobInput) (string, error) {
	return s.submitAs(s.Role("EventsRole"), account, region, in)
}

// submitAs submits a job as EventBridge does, by the role of a rule.
func (s *Server) submitAs(role, account, region string, in batch.SubmitJobInput) (string, error) {
	c, err := s.takenBy(eventsService, role, "rule", account)
	if err != nil {
		return "", err
	}
	key, _ := s.identities.Key(c.KeyID, awsjson.Partition(region))
	for _, access := range s.batch.SubmitAccess(awsjson.Caller{Account: account, Region: region}, in) {
		if err := s.allow(key.Principal, region, access); err != nil {
			return "", err
		}
	}
	return s.batch.Submit(account, region, in)
}

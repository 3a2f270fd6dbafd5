package eventbridge

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ecrmirror/localstack/awsjson"
	"ecrmirror/localstack/eventbridge/pattern"
)

// targetsLimit is how many targets a rule may have.
const targetsLimit = 5

type rule struct {
	ruleInput
	name    string
	arn     string
	state   string
	pattern *pattern.Pattern // nil = it has a schedule alone
	targets []Target
}

type ruleInput struct {
	Name, Description, State         string
	EventPattern, ScheduleExpression string
	EventBusName                     string
	RoleARN                          string `json:"RoleArn"`
}

var (
	ruleName = regexp.MustCompile(`^[.\-_A-Za-z0-9]{1,64}$`)
	schedule = regexp.MustCompile(`^(rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) ` +
		`(minutes|hours|days))\)|cron\(\S+ \S+ \S+ \S+ \S+ \S+\))$`)
)

func invalid(format string, args ...any) error {
	return awsjson.Errorf("ValidationException", format, args...)
}

// check refuses what EventBridge refuses of a rule, all but what is wrong in its pattern.
func (in ruleInput) check() error {
	switch {
	case !ruleName.MatchString(in.Name):
		return invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member "+
			"must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+", in.Name)
	case in.EventBusName != "" && in.EventBusName != "default":
		return awsjson.Errorf("ResourceNotFoundException", "Event bus %s does not exist.", in.EventBusName)
	case in.EventPattern == "" && in.ScheduleExpression == "":
		return invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	case in.ScheduleExpression != "" && !schedule.MatchString(in.ScheduleExpression):
		return invalid("Parameter ScheduleExpression is not valid.")
	case !slices.Contains([]string{"", "ENABLED", "DISABLED"}, in.State):
		return invalid("1 validation error detected: Value '%s' at 'state' failed to satisfy constraint", in.State)
	}
	return nil
}

func (s *Service) putRule(_ context.Context, c awsjson.Caller, in ruleInput) (any, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	r := &rule{ruleInput: in, name: in.Name, arn: c.ARN("events", "rule/"+in.Name), state: in.State}
	if r.state == "" {
		r.state = "ENABLED"
	}
	if in.EventPattern != "" {
		p, err := pattern.Parse(in.EventPattern)
		if err != nil {
			return nil, awsjson.Errorf("InvalidEventPatternException", "Event pattern is not valid. Reason: %v", err)
		}
		r.pattern = &p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key{c.Account, c.Region, in.Name}
	if was, exists := s.rules[k]; exists {
		r.targets = was.targets
	}
	s.rules[k] = r
	return map[string]string{"RuleArn": r.arn}, nil
}

// rule finds a rule. The lock must be held.
func (s *Service) rule(c awsjson.Caller, name string) (*rule, error) {
	r, ok := s.rules[key{c.Account, c.Region, name}]
	if !ok {
		return nil, awsjson.Errorf("ResourceNotFoundException", "Rule %s does not exist on EventBus default.", name)
	}
	return r, nil
}

func (s *Service) putTargets(_ context.Context, c awsjson.Caller, in struct {
	Rule    string
	Targets []Target
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(c, in.Rule)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(r.targets)
	for _, t := range in.Targets {
		if err := t.check(func(service string) bool { return s.opts.Deliver[service] != nil }); err != nil {
			return nil, invalid("%v", err)
		}
		all = append(slices.DeleteFunc(all, func(other Target) bool { return other.ID == t.ID }), t)
	}
	if len(all) > targetsLimit {
		return nil, awsjson.Errorf("LimitExceededException",
			"The requested resource exceeds the maximum number allowed: %d targets of a rule.", targetsLimit)
	}
	r.targets = all
	return map[string]any{"FailedEntryCount": 0, "FailedEntries": []any{}}, nil
}

func (s *Service) removeTargets(_ context.Context, c awsjson.Caller, in struct {
	Rule string
	IDs  []string `json:"Ids"`
},
) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(c, in.Rule)
	if err != nil {
		return nil, err
	}
	r.targets = slices.DeleteFunc(slices.Clone(r.targets), func(t Target) bool { return slices.Contains(in.IDs, t.ID) })
	return map[string]any{"FailedEntryCount": 0, "FailedEntries": []any{}}, nil
}

func (s *Service) deleteRule(_ context.Context, c awsjson.Caller, in struct{ Name string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(c, in.Name)
	if err != nil {
		return struct{}{}, nil // one that is not there is no error
	}
	if len(r.targets) > 0 {
		return nil, invalid("Rule can't be deleted since it has targets.")
	}
	delete(s.rules, key{c.Account, c.Region, in.Name})
	return struct{}{}, nil
}

func (r *rule) described() map[string]any {
	d := map[string]any{"Name": r.name, "Arn": r.arn, "State": r.state, "EventBusName": "default"}
	for name, value := range map[string]string{
		"Description": r.Description, "EventPattern": r.EventPattern,
		"ScheduleExpression": r.ScheduleExpression,
	} {
		if value != "" {
			d[name] = value
		}
	}
	return d
}

func (s *Service) describeRule(_ context.Context, c awsjson.Caller, in struct{ Name string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(c, in.Name)
	if err != nil {
		return nil, err
	}
	return r.described(), nil
}

func (s *Service) listRules(_ context.Context, c awsjson.Caller, in struct{ NamePrefix string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, k := range slices.SortedFunc(maps.Keys(s.rules),
		func(a, b key) int { return strings.Compare(a.name, b.name) }) {
		if k.account == c.Account && k.region == c.Region && strings.HasPrefix(k.name, in.NamePrefix) {
			list = append(list, s.rules[k].described())
		}
	}
	return map[string]any{"Rules": list}, nil
}

func (s *Service) listTargets(_ context.Context, c awsjson.Caller, in struct{ Rule string }) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.rule(c, in.Rule)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Targets": r.targets}, nil
}

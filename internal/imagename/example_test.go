package imagename_test

import (
	"fmt"

	"ecrmirror/internal/imagename"
)

func ExampleParseImage() {
	for _, s := range []string{
		"alpine:3",
		"docker://quay.io/org/app:1@sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865",
		"ecr.aws/arn:aws:ecr:eu-west-1:111122223333:repository/team/app:1",
		"oci:/srv/layout:app-1",
		"Alpine:3",
	} {
		name, err := imagename.ParseImage(s)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(name)
	}
	// Output:
	// docker.io/library/alpine:3
	// quay.io/org/app:1@sha256:4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865
	// 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:1
	// oci:/srv/layout:app-1
	// image name "Alpine:3": invalid reference format: repository name must be lowercase
}

// What is in Amazon ECR has its account and region in its name.
func ExampleName() {
	name, err := imagename.ParseImage("111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/team/app:1")
	if err != nil {
		fmt.Println(err)
		return
	}
	if name.Kind == imagename.ECR {
		fmt.Println(name.ECR.Account, name.ECR.Region, name.ECR.Partition, name.ECR.FIPS)
	}
	fmt.Println(name.Repository, name.Tag)
	// Output:
	// 111122223333 us-gov-west-1 aws-us-gov true
	// team/app 1
}

// One image has several names.
func ExampleName_SameImage() {
	for _, pair := range [][2]string{
		{"alpine:3", "docker.io/library/alpine:3"},
		{
			"111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1",
			"111122223333.dkr-ecr.us-east-1.on.aws/app:1",
		},
		{"alpine:3", "alpine:3.20"},
	} {
		a, errA := imagename.ParseImage(pair[0])
		b, errB := imagename.ParseImage(pair[1])
		fmt.Println(a.SameImage(b), errA, errB)
	}
	// Output:
	// true <nil> <nil>
	// true <nil> <nil>
	// false <nil> <nil>
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/spf13/cobra"
	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
)

const connectionTimeout = 60 * time.Second

// The kubelet notes here how many seconds a pod wants for its end.
const graceAnnotation = "io.kubernetes.pod.terminationGracePeriod"

// newCriDown makes the command that ends every container and pod of a container runtime, in the order that
// gives their network addresses back.
func newCriDown() *cobra.Command {
	var endpoint string
	var mostSeconds int64
	command := &cobra.Command{
		Use:          "cri-down",
		Short:        "Stop all containers of a container runtime, then remove all pods",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			runtime, err := remote.NewRemoteRuntimeService(endpoint, connectionTimeout, nil, nil)
			if err != nil {
				return err
			}
			return stopEverything(command.Context(), runtime, mostSeconds)
		},
	}
	command.Flags().StringVar(&endpoint, "endpoint", "", "address of the container runtime, unix://...")
	command.Flags().Int64Var(&mostSeconds, "grace", 30, "seconds a container has to end by itself, at most")
	return command
}

func stopEverything(ctx context.Context, runtime internalapi.RuntimeService, mostSeconds int64) error {
	containers, err := runtime.ListContainers(ctx, nil)
	if err != nil {
		return err
	}
	// A container that cannot be stopped is ended with its pod.
	_ = each(containers, func(container *runtimeapi.Container) error {
		if container.State != runtimeapi.ContainerState_CONTAINER_RUNNING {
			return nil
		}
		return runtime.StopContainer(ctx, container.Id, graceSeconds(container, mostSeconds))
	})
	pods, err := runtime.ListPodSandbox(ctx, nil)
	if err != nil {
		return err
	}
	err = each(pods, func(pod *runtimeapi.PodSandbox) error {
		if err := runtime.StopPodSandbox(ctx, pod.Id); err != nil {
			return err
		}
		return runtime.RemovePodSandbox(ctx, pod.Id)
	})
	fmt.Printf("stopped %d containers, removed %d pods\n", len(containers), len(pods))
	return err
}

// graceSeconds is what the container's pod asked for, but not more than most.
func graceSeconds(container *runtimeapi.Container, most int64) int64 {
	wanted, err := strconv.ParseInt(container.Annotations[graceAnnotation], 10, 64)
	if err != nil {
		return most
	}
	return min(wanted, most)
}

// each works on all items at once and returns all errors together.
func each[T any](items []T, work func(T) error) error {
	failures := make([]error, len(items))
	var running sync.WaitGroup
	for i, item := range items {
		running.Add(1)
		go func() {
			defer running.Done()
			failures[i] = work(item)
		}()
	}
	running.Wait()
	return errors.Join(failures...)
}

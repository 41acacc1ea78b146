# SPDX-License-Identifier: GPL-2.0-only
#
# What people type. `make help` says each target in a line; Kbuild says what the
# module is made of.

top := $(CURDIR)
guest := tools/testing/qemu/guest

.PHONY: help deps kernel modules demo demo-boot shell test test-all bench check clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo      boot a kernel in QEMU and show a function trace made by outrace'
	@echo 'make demo-boot a trace of the start of a kernel that has outrace built in'
	@echo 'make test      run every test that fits into half an hour'
	@echo 'make test-all  run every test'
	@echo 'make shell     a root shell in the guest with the engine loaded'
	@echo 'make kernel    build the test kernel (FLAVOR=outrace, plain, intree, debug, irqsoff or builtin)'
	@echo 'make modules   build outrace.ko for it, in build/'
	@echo 'make bench     what tracing costs, beside the in-tree tracer (about 8 minutes)'
	@echo 'make check     warnings, sparse, checkpatch, layering and the other house rules'
	@echo 'make deps      install the Debian packages that all of this needs'
	@echo 'make clean     remove what was built here; kernels stay in the cache'
	@echo
	@echo 'Kernels are cached in $${OUTRACE_CACHE:-~/.cache/outrace}, by source version,'
	@echo 'patches and configuration; nothing is built twice.'

FLAVOR ?= outrace

deps:
	@tools/build/deps

kernel: deps
	@tools/build/kernel $(FLAVOR)

modules: deps
	@kernel=$$(tools/build/kernel $(FLAVOR)) && tools/build/modules "$$kernel"

# In a kernel that takes half of the time to build, unless the full one is there.
demo: deps
	@full=$$(tools/build/kernel --print outrace) && \
	if [ -e "$$full/.outrace/built" ]; then flavor=outrace; else flavor=demo; fi && \
	$(guest) --flavor $$flavor --timeout 300 tools/testing/qemu/demo.sh

# From the first initcalls to the last one, three calls deep.
demo-boot: deps
	@$(guest) --builtin --timeout 300 --append 'ftrace=function_graph \
		ftrace_graph_filter=do_one_initcall ftrace_graph_max_depth=3 \
		trace_options=funcgraph-tail trace_buf_size=16M traceoff_after_boot' \
		tools/testing/qemu/demo-boot.sh

shell: deps
	@$(guest) --flavor $(FLAVOR) --interactive

test: deps
	@tools/testing/run

test-all: deps
	@tools/testing/run --all

bench: deps
	@tools/testing/bench/run
	@$(MAKE) -s -C tools/testing/user bench

check: deps
	@tools/check/run

clean:
	rm -rf $(top)/build
	@[ ! -e tools/testing/user/Makefile ] || $(MAKE) -s -C tools/testing/user clean

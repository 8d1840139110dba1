# SPDX-License-Identifier: Apache-2.0
#
# Test recall against the bytes of a table, from the rows of examples/studies/lottery.sh:
#
#     gnuplot -e "rows='lottery.csv'; model='mf'; figure='lottery.svg'" lottery.gp

set terminal svg size 720,440 font "sans,12" background "white"
set output figure
set datafile separator comma
set datafile missing NaN
set key bottom right box
set logscale x 2
set xlabel "bytes of the table: values, bitmap and row starts"
set ylabel "test recall at 20"
set grid
is(method) = strcol("method") eq method && strcol("model") eq model
quality(method) = is(method) ? column("test_recall@20") : NaN
cut(method) = is(method) && strlen(strcol("cut_recall@20")) > 0 ? column("cut_recall@20") : NaN
narrow(prefix) = strcol("method")[1:6] eq prefix && strcol("model") eq model ? column("test_recall@20") : NaN
plot rows using "bytes":(quality("iterative")) with linespoints lw 2 pt 7 title "iterative", \
     rows using "bytes":(quality("one-shot")) with linespoints lw 2 pt 5 title "one-shot", \
     rows using "bytes":(cut("one-shot")) with linespoints dt 2 pt 4 title "one-shot, not trained again", \
     rows using "bytes":(quality("random")) with linespoints lw 2 pt 9 title "random", \
     rows using "bytes":(narrow("dense-")) with linespoints lw 2 pt 13 title "dense, fewer columns"

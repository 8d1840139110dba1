# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -c curve.gp curve.csv curve.svg: recall and NDCG (left axis) and loss (right axis) by epoch. The table has the columns
# epoch, loss, seconds, and four for each list: recall, NDCG, precision and hit. The last two have another scale, so they are
# only in the table. What was measured once per round, on the test part, is a dot.

table = ARG1
set datafile separator ","
stats table using 1 skip 1 nooutput
columns = STATS_columns

set terminal svg size 800,500 dynamic enhanced font "sans-serif,13" background "white"
set output ARG2
set xlabel "epoch"
set ylabel "metric"
set y2label "loss"
set ytics nomirror
set y2tics
set yrange [0:*]
set offsets graph 0.03, graph 0.03, graph 0.05, 0
set grid ytics lt 1 lc rgb "#dddddd"
set border 11 lc rgb "#666666"
set key outside below maxrows 4 noenhanced

array colors[8] = ["#1b6ca8", "#c8442d", "#2e8b57", "#7d4fa3", "#b8860b", "#444444", "#c2548f", "#008b8b"]
color(i) = colors[((i - 4) / 4 * 2 + i % 4) % 8 + 1]

plot for [i = 4:columns] table using 1:((i % 4) < 2 ? column(i) : NaN) with linespoints pt 7 ps 0.6 lw 2 lc rgb color(i) \
         title (i % 4) < 2 ? columnheader(i) : "", \
     table using 1:2 axes x1y2 with lines dt 2 lc rgb "#888888" title columnheader(2)
